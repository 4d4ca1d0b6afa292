"""Saved searches and saved questions: what came since they were last run."""
