import NPSModel
package import NPSQueue

/// What one request carries.
package struct Batch: Sendable, Hashable {
    package enum Operation: String, Sendable, Hashable {
        /// `POST /nps`: safe to send once, never to repeat.
        case create
        /// `PUT /nps` by `sourceId`: a repetition finds the record of the first.
        case upsert
    }

    /// Never empty; one claim for ``Operation/create``.
    package let claims: [Claim]
    package let operation: Operation
    /// True when the claims were in a request before whose answer proved nothing about them. They can't be released
    /// as if nothing had been sent.
    package let mayHaveArrived: Bool

    package init(_ claims: [Claim], _ operation: Operation, mayHaveArrived: Bool = false) {
        self.claims = claims
        self.operation = operation
        self.mayHaveArrived = mayHaveArrived
    }

    package var isAlone: Bool { claims.count == 1 }

    /// The claims in two batches, or in one when there is only one: whatever is wrong with one of them ends up alone
    /// after few requests, and the others arrive.
    static func halves(_ claims: [Claim]) -> [Batch] {
        let middle = (claims.count + 1) / 2
        return [claims.prefix(middle), claims.dropFirst(middle)].compactMap { half in
            half.isEmpty ? nil : Batch(Array(half), .upsert, mayHaveArrived: true)
        }
    }
}
