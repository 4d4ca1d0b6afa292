"""The package `tasks`."""
