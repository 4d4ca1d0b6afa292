"""The package `llm`."""
