/// What has to be added to a request to make it authentic.
package struct SignedParts: Sendable {
    package typealias Pair = (name: String, value: String)

    package var headers: [Pair] = []
    /// Fields that are appended to a form-encoded body.
    package var formFields: [Pair] = []
    /// What is sent instead, since the body held a signature already; nil = the body as it is.
    package var body: [UInt8]?
    /// Parameters that are appended to the address.
    package var query: [Pair] = []

    static func + (left: SignedParts, right: SignedParts) -> SignedParts {
        SignedParts(
            headers: left.headers + right.headers,
            formFields: left.formFields + right.formFields,
            body: right.body ?? left.body,
            query: left.query + right.query
        )
    }
}
