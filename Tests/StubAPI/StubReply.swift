/// What the stub does when it has read a whole request.
package enum StubReply: Sendable {
    /// A well-formed answer; the connection stays open.
    case answer(Int, headers: [(name: String, value: String)] = [], body: String = "")
    /// These bytes, and then nothing more on an open connection.
    case unfinished(String)
    /// These bytes, and the end of the connection.
    case closing(String)
    /// The end of the connection by RST instead of FIN.
    case reset

    package static func json(_ status: Int, _ body: String) -> StubReply {
        .answer(status, headers: [("Content-Type", "application/json; charset=utf-8")], body: body)
    }

    package static func html(_ status: Int, _ body: String = "<!DOCTYPE html><html><body>Error</body></html>")
        -> StubReply
    {
        .answer(status, headers: [("Content-Type", "text/html")], body: body)
    }

    /// Never an answer.
    package static let silence = StubReply.unfinished("")
    package static let end = StubReply.closing("")
}
