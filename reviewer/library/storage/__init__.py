"""The SQLite file: transactions, the writers' lock, upgrades, salvage of a damaged file."""
