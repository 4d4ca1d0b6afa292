"""The writer without a model: chooses sentences and quotes them whole."""
