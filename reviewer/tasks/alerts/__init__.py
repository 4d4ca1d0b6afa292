"""The package `alerts`."""
