"""Overviews of a topic: in which order to read, and what no paper does yet."""
