"""Writes through a language model and the prompts in `prompts/`."""
