"""The package `tables`."""
