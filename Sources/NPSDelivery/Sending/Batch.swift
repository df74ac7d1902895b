package import NPSModel
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
    /// True when an earlier request carried these claims and its answer proved nothing about them. They can't be
    /// released as if nothing had been sent.
    package let mayHaveArrived: Bool

    package init(_ claims: [Claim], _ operation: Operation, mayHaveArrived: Bool = false) {
        self.claims = claims
        self.operation = operation
        self.mayHaveArrived = mayHaveArrived
    }

    package var isAlone: Bool { claims.count == 1 }

    package var ids: [ResponseID] { claims.map(\.response.id) }

    /// What its request belongs to: the trace of the one response that it carries, otherwise a trace of its own.
    var trace: TraceContext { (isAlone ? claims.first?.trace?.next() : nil) ?? .new() }

    /// Of all its claims' records.
    var approximateBytes: Int { claims.reduce(0) { $0 + $1.approximateBytes } }
}

extension Claim {
    /// Whether Planhat can't know it yet.
    var isNew: Bool { attempts == 0 && !mustUpsert }

    /// Of the record as JSON, with room for escapes and the short fields.
    var approximateBytes: Int {
        let custom = response.custom.isEmpty ? 0 : JSONValue.object(response.custom).canonical.count
        return 512 + 2 * (response.comment?.utf8.count ?? 0) + custom
    }
}
