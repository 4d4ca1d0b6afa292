"""The package `pdf`."""
