"""Results written for people and programs: one file for each format, and the words they share."""
