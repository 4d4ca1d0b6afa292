"""The package `checks`."""
