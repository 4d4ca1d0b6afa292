"""Chunks, words and vectors of papers, and the formulas that score them.

The inverted and the forward index of word stems are tables of the library, committed with their
chunks. Vectors are kept there too; Chroma's index is made from them and only ever a cache.
"""
