"""The package `writers`."""
