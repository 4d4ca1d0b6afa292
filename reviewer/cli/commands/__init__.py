"""The package `commands`."""
