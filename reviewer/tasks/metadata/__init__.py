"""The package `metadata`."""
