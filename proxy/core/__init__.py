"""What decides and never waits: no sockets, no clock, no files, no environment."""
