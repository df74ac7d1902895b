import NPSModel
package import NPSQueue

/// What is claimed, packed into batches and not yet sent, in the order of sending.
package struct ReadyBatches: Sendable {
    private let batchSize: Int
    private var byteLimit: ByteLimit
    private var batches: [Batch] = []

    /// - Parameters:
    ///   - batchSize: responses in one request at most
    ///   - batchBytes: bytes in one request at most; a 413 makes it less for a while
    package init(batchSize: Int, batchBytes: Int) {
        self.batchSize = batchSize
        byteLimit = ByteLimit(batchBytes)
    }

    /// Packs claims in the order given, in place of what was ready. A lone new response is a create; everything else
    /// is upserts, none of them too large, and a poison response in smaller batches.
    ///
    /// - Parameter allowsCreate: false while the API is being probed. Then a single claim says nothing about how many
    ///   are due, so a create would break up the backlog.
    package mutating func pack(_ claims: [Claim], allowsCreate: Bool, poison: PoisonTracker) {
        if allowsCreate, claims.count == 1, let claim = claims.first, claim.isNew {
            batches = [Batch(claims, .create)]
            return
        }
        batches = []
        var batch: [Claim] = []
        var bytes = 0
        var limit = batchSize
        for claim in claims {
            let size = claim.approximateBytes
            let ownLimit = poison.batchLimit(claim.response.id)
            let isFull = batch.count >= min(limit, ownLimit) || bytes + size > byteLimit.bytes
            if isFull, !batch.isEmpty {
                batches.append(Batch(batch, .upsert))
                batch = []
                bytes = 0
                limit = batchSize
            }
            limit = min(limit, ownLimit)
            batch.append(claim)
            bytes += size
        }
        if !batch.isEmpty { batches.append(Batch(batch, .upsert)) }
    }

    /// Takes the batch to send next; nil when none is ready.
    package mutating func popFirst() -> Batch? {
        batches.isEmpty ? nil : batches.removeFirst()
    }

    /// Puts back what was taken and not sent.
    package mutating func putBack(_ batch: Batch) {
        batches.insert(batch, at: 0)
    }

    /// Sends claims again before all others, in two halves: a poison response ends up alone after few requests, and
    /// the others arrive. They were in a request before that may have reached Planhat.
    package mutating func split(_ claims: [Claim]) {
        let middle = (claims.count + 1) / 2
        let halves = [claims.prefix(middle), claims.dropFirst(middle)].filter { !$0.isEmpty }
        batches.insert(contentsOf: halves.map { Batch(Array($0), .upsert, mayHaveArrived: true) }, at: 0)
    }

    var ids: [ResponseID] { batches.flatMap(\.ids) }

    /// Takes all of them.
    package mutating func removeAll() -> [Batch] {
        defer { batches = [] }
        return batches
    }

    /// 413: later batches are smaller. Nothing follows from a single response that is too large on its own.
    package mutating func wasTooLarge(_ batch: Batch) {
        if !batch.isAlone { byteLimit.refused(batch.approximateBytes) }
    }

    /// The request went through at this size.
    package mutating func wasAccepted(_ batch: Batch) {
        byteLimit.accepted(batch.approximateBytes)
    }
}

/// How many bytes go into one request: fewer once Planhat found one too large, and more again after a while, since what
/// refused it (a proxy in between, say) may have been fixed.
private struct ByteLimit: Sendable {
    /// Room for a response with its custom properties several times over.
    private static let least = 1 << 16
    /// How many large requests in a row have to be accepted before twice the size is tried. If that is still too large,
    /// one request in this many is refused.
    private static let patience = 50

    private let most: Int
    private(set) var bytes: Int
    private var accepted = 0

    init(_ most: Int) {
        self.most = most
        bytes = most
    }

    /// - Parameter size: of the request that was too large.
    mutating func refused(_ size: Int) {
        bytes = min(most, max(min(bytes, size) / 2, Self.least))
        accepted = 0
    }

    /// A small request proves nothing.
    mutating func accepted(_ size: Int) {
        guard bytes < most, size > bytes / 2 else { return }
        accepted += 1
        guard accepted >= Self.patience else { return }
        accepted = 0
        bytes = min(most, bytes * 2)
    }
}
