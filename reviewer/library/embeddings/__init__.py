"""Texts to vectors: MiniLM on this machine, or any embedding model of a provider."""
