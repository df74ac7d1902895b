"""Starts the real program, talks to it over real sockets, and keeps books of its own about what was promised."""
