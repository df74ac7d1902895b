/// The decision to close the connection without an answer, on its way to who holds the connection.
struct ConnectionDropped: Error {}
