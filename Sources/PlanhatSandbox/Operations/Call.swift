import Foundation
import NPSModel

/// One request to one operation, read from HTTP, with what the switches say at that moment.
struct Call: Sendable {
    let operation: Operation
    /// From the path; empty for the operations on the whole collection.
    let reference: RecordReference
    let parameters: [String: String]
    let body: Data
    var behaviour = Behaviour()
    var partial: PartialFailure?

    func json() throws(Rejection) -> JSONValue {
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw .badRequest("the body is no JSON")
        }
    }
}
