"""The package `grounding`."""
