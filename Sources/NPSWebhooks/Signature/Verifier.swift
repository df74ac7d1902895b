/// Checks deliveries against all of a source's schemes.
struct Verifier: Sendable {
    let combination: SignaturePolicy.Combination
    /// Those of `any` that no secret fits are left out. Without any, nothing is believed.
    let schemes: [SchemeVerifier]

    func verify(_ delivery: WebhookDelivery) throws(SignatureRejection) -> VerifiedSignature {
        switch combination {
        case .any: try verifyAny(delivery)
        case .all: try verifyAll(delivery)
        }
    }

    private func verifyAny(_ delivery: WebhookDelivery) throws(SignatureRejection) -> VerifiedSignature {
        var telling: SignatureRejection?
        for scheme in schemes {
            do throws(SignatureRejection) {
                return try scheme.verify(delivery)
            } catch {
                if telling == nil || telling?.isAbsence == true && !error.isAbsence { telling = error }
            }
        }
        throw telling ?? .wrongSignature
    }

    private func verifyAll(_ delivery: WebhookDelivery) throws(SignatureRejection) -> VerifiedSignature {
        var verifications: [VerifiedSignature] = []
        var uses = SecretUses()
        for scheme in schemes {
            let verification = try scheme.verify(delivery)
            guard uses.add(verification.secretIndex, by: scheme.scheme.kind) else { throw .wrongSignature }
            verifications.append(verification)
        }
        guard let first = verifications.first else { throw .wrongSignature }
        return VerifiedSignature(
            deliveryID: verifications.compactMap(\.deliveryID).first,
            signedDeliveryID: verifications.compactMap(\.signedDeliveryID).first,
            secretIndex: first.secretIndex
        )
    }
}
