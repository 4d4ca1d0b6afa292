"""The package `library`."""
