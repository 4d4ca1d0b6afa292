"""Missing metadata looked up online, and papers checked for retractions and later versions."""
