extension WebhookSource {
    /// Why a delivery is refused whatever its body is; nil when that has to be read to know.
    ///
    /// - Parameter delivery: with the request's head and an empty body.
    package func rejection(ofHead delivery: WebhookDelivery) -> SignatureRejection? {
        // A ping is known by its body alone.
        guard unsignedPing == nil else { return nil }
        let isRefused =
            switch verifier.combination {
            case .any: verifier.schemes.allSatisfy { $0.refusesHead(of: delivery) }
            case .all: verifier.schemes.contains { $0.refusesHead(of: delivery) }
            }
        guard isRefused else { return nil }
        do throws(SignatureRejection) {
            _ = try verifier.verify(delivery)
            return nil
        } catch {
            return error
        }
    }
}

extension SchemeVerifier {
    /// Whether this scheme rejects the delivery for its head: a header that is missing, a time that is not accepted.
    fileprivate func refusesHead(of delivery: WebhookDelivery) -> Bool {
        guard scheme.kind != .none, case .header = scheme.place else { return false }
        do throws(SignatureRejection) {
            _ = try verify(delivery)
            return false
        } catch {
            switch error {
            case .missingHeader, .repeatedHeader, .otherKind, .unreadableSignature, .missingTimestamp,
                .unreadableTimestamp, .stale, .future:
                return true
            // Of an empty body, unless it is a token, which says nothing of the body.
            case .wrongSignature: return scheme.kind == .token
            case .missing, .noTimestampInBody: return false
            }
        }
    }
}
