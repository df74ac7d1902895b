extension WebhookSource {
    /// Why a delivery is refused whatever its body is; nil when that has to be read to know.
    ///
    /// - Parameter delivery: with or without its body, which is not looked at.
    package func rejection(ofHead delivery: WebhookDelivery) -> SignatureRejection? {
        // A ping is known by its body alone.
        guard unsignedPing == nil else { return nil }
        let rejections = verifier.schemes.map { $0.rejection(ofHead: delivery) }
        switch verifier.combination {
        // The scheme that refuses is named. Verifying all of them would name the first, whose signature can't match without
        // the body.
        case .all: return rejections.compactMap(\.self).first
        case .any: return rejections.contains(nil) ? nil : verifier.rejection(of: delivery)
        }
    }
}

extension SchemeVerifier {
    /// Why this scheme rejects the delivery for its head: a header that is missing, a time that is not accepted. Nil when it
    /// doesn't.
    fileprivate func rejection(ofHead delivery: WebhookDelivery) -> SignatureRejection? {
        guard scheme.kind != .none, case .header = scheme.place else { return nil }
        do throws(SignatureRejection) {
            // Neither a token nor a certificate says anything of the body, so it can be checked as a whole.
            if scheme.kind.signsBody { _ = try claim(of: delivery) } else { _ = try verify(delivery) }
            return nil
        } catch {
            if case .noTimestampInBody = error { return nil }
            return error
        }
    }
}

extension Verifier {
    /// Why the delivery is rejected; nil when it isn't.
    fileprivate func rejection(of delivery: WebhookDelivery) -> SignatureRejection? {
        do throws(SignatureRejection) {
            _ = try verify(delivery)
            return nil
        } catch {
            return error
        }
    }
}
