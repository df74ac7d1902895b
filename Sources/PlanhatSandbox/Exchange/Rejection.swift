/// A request that is answered with an error. The message names properties, never the values received.
struct Rejection: Error, Sendable, Hashable {
    let status: Int
    let message: String

    static func badRequest(_ message: String) -> Rejection { Rejection(status: 400, message: message) }
    static let notFound = Rejection(status: 404, message: "not found")
    static let tooLarge = Rejection(status: 413, message: "request entity too large")
    static let duplicatedSourceID = Rejection(status: 400, message: "sourceId duplicated")
}
