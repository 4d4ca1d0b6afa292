"""The package `dedupe`."""
