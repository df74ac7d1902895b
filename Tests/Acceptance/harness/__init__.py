"""Tools for the acceptance tests: they start the real program, talk to it over real sockets and keep a record of it."""
