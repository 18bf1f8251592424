"""Where grants, sessions, records and keys are kept: SQLite or Redis, and a folder of files."""
