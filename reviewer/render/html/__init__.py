"""The package `html`."""
