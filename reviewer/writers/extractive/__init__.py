"""Writes without a model: it chooses sentences and quotes them whole."""
