"""The package `extractive`."""
