"""The package `types`."""
