import NPSModel
import NPSQueue

extension DeliveryPlan {
    /// A lone new response is a create; everything else is upserts, in the given order, none too large.
    func pack(_ claims: [Claim]) -> [Batch] {
        if claims.count == 1, let claim = claims.first, claim.isNew, !breaker.isProbing {
            return [Batch(claims, .create)]
        }
        var batches: [Batch] = []
        var batch: [Claim] = []
        var bytes = 0
        var limit = Int.max
        for claim in claims {
            let size = claim.approximateBytes
            let isFull = batch.count >= min(limit, batchLimit(claim)) || bytes + size > byteLimit.bytes
            if isFull, !batch.isEmpty {
                batches.append(Batch(batch, .upsert))
                batch = []
                bytes = 0
                limit = .max
            }
            limit = min(limit, batchLimit(claim))
            batch.append(claim)
            bytes += size
        }
        if !batch.isEmpty { batches.append(Batch(batch, .upsert)) }
        return batches
    }

    /// A response that makes the API fail ends up alone, and those that only failed beside it arrive.
    private func batchLimit(_ claim: Claim) -> Int {
        max(1, configuration.batchSize >> min(poison.strikes(claim.response.id), 16))
    }
}

extension Batch {
    /// Of all its claims' records.
    var approximateBytes: Int { claims.reduce(0) { $0 + $1.approximateBytes } }
}

extension Claim {
    fileprivate var isNew: Bool { attempts == 0 && !mustUpsert }

    /// Of the record as JSON, with room for escapes and the short fields.
    fileprivate var approximateBytes: Int {
        let custom = response.custom.isEmpty ? 0 : JSONValue.object(response.custom).canonical.count
        return 512 + 2 * (response.comment?.utf8.count ?? 0) + custom
    }
}
