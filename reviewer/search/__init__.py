"""The package `search`."""
