"""The package `online`."""
