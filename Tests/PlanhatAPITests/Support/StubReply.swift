/// What the stub does when it has read a whole request.
enum StubReply: Sendable {
    /// A well-formed answer; the connection stays open.
    case answer(Int, headers: [(name: String, value: String)] = [], body: String = "")
    /// These bytes, and then nothing more on an open connection.
    case unfinished(String)
    /// These bytes, and the end of the connection.
    case closing(String)
    /// The end of the connection by RST instead of FIN.
    case reset

    static func json(_ status: Int, _ body: String) -> StubReply {
        .answer(status, headers: [("Content-Type", "application/json; charset=utf-8")], body: body)
    }

    static func html(_ status: Int, _ body: String = "<!DOCTYPE html><html><body>Error</body></html>") -> StubReply {
        .answer(status, headers: [("Content-Type", "text/html")], body: body)
    }

    /// Never an answer.
    static let silence = StubReply.unfinished("")
    static let end = StubReply.closing("")
}
