"""The package `answers`."""
