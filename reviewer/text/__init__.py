"""The package `text`."""
