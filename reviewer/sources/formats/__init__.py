"""One file a format: `matches` tells it by content, `read` gives its entries."""
