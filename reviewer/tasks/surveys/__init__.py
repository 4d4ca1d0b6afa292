"""The package `surveys`."""
