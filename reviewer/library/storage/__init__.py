"""The package `storage`."""
