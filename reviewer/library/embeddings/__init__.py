"""Texts to vectors: MiniLM on this machine, or any embedding model of a provider.

And pairs of texts to scores: a cross-encoder from a folder.
"""
