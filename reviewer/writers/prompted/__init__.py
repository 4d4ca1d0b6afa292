"""The package `prompted`."""
