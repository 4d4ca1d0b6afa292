"""The package `index`."""
