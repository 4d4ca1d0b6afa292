"""Looks missing metadata up online, and asks for retractions and later versions of papers."""
