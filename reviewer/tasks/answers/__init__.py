"""A question to a cited answer: gather evidence, let the writer read and write, check, count."""
