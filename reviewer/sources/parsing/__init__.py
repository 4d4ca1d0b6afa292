"""The package `parsing`."""
