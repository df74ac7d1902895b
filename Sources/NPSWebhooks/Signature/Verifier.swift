/// Verifies webhook deliveries by all schemes of a source.
struct Verifier: Sendable {
    let combination: SignaturePolicy.Combination
    /// With ``SignaturePolicy/Combination/any``, only those that have a secret. Empty = every delivery is rejected.
    let schemes: [SchemeVerifier]

    /// Whether every delivery that is accepted has an id that its signature covers.
    var signsIDs: Bool {
        // A certificate takes nothing from what stands beside it.
        let signing = combination == .all ? schemes.filter { $0.scheme.kind != .clientCertificate } : schemes
        return !signing.isEmpty && signing.allSatisfy(\.scheme.signsID)
    }

    func verify(_ delivery: WebhookDelivery) throws(SignatureRejection) -> VerifiedSignature {
        switch combination {
        case .any: try verifyAny(delivery)
        case .all: try verifyAll(delivery)
        }
    }

    private func verifyAny(_ delivery: WebhookDelivery) throws(SignatureRejection) -> VerifiedSignature {
        var rejection: SignatureRejection?
        for scheme in schemes {
            do throws(SignatureRejection) {
                return try scheme.verify(delivery)
            } catch {
                if rejection == nil || rejection?.isMissingSignature == true && !error.isMissingSignature {
                    rejection = error
                }
            }
        }
        throw rejection ?? .wrongSignature
    }

    private func verifyAll(_ delivery: WebhookDelivery) throws(SignatureRejection) -> VerifiedSignature {
        var signatures: [VerifiedSignature] = []
        var uses = SecretUses()
        for scheme in schemes {
            let signature = try scheme.verify(delivery)
            guard uses.add(signature.secretIndex, by: scheme.scheme.kind) else { throw .wrongSignature }
            signatures.append(signature)
        }
        guard !signatures.isEmpty else { throw .wrongSignature }
        return VerifiedSignature(
            deliveryID: signatures.compactMap(\.deliveryID).first,
            signedDeliveryID: signatures.compactMap(\.signedDeliveryID).first,
            secretIndex: signatures.compactMap(\.secretIndex).first
        )
    }
}

extension Verifier {
    /// How many secrets of which form there are, such as `2 secrets: 1 × public key in base64, 1 × signing key in base64`; nil
    /// for none. Says nothing about their text.
    var secretSummary: String? {
        var forms: [Int: [String]] = [:]
        for scheme in schemes {
            let form = scheme.scheme.secretForm
            for key in scheme.keys where forms[key.index]?.contains(form) != true {
                forms[key.index, default: []].append(form)
            }
        }
        guard !forms.isEmpty else { return nil }
        let counts = Dictionary(forms.values.map { ($0.joined(separator: " or "), 1) }, uniquingKeysWith: +)
        let list = counts.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
        return "\(forms.count) secret\(forms.count == 1 ? "" : "s"): " + list.joined(separator: ", ")
    }
}

extension SignatureScheme {
    fileprivate var secretForm: String {
        switch kind {
        case .hmac, .digest: "signing key in \(secret.encoding.rawValue)"
        case .ed25519: "public key in \(secret.encoding.rawValue)"
        case .token: "token"
        case .clientCertificate, .none: "nothing"
        }
    }
}

/// What a verified signature proves about its delivery.
package struct VerifiedSignature: Sendable, Hashable {
    /// The sender's id of the delivery; nil where the scheme has none.
    package let deliveryID: String?
    /// The same id if the signature covers it, so that nobody else can have changed it; nil otherwise.
    package var signedDeliveryID: String?
    /// The index of the secret that matched, from 0; nil for kinds that need none.
    package let secretIndex: Int?
}

/// The purposes that the secrets of one delivery served. A secret that was sent in clear as a token must not be accepted
/// as the key of a signature.
struct SecretUses {
    private var tokens: Set<Int> = []
    private var keys: Set<Int> = []

    /// False when the secret has served the other purpose already.
    mutating func add(_ index: Int?, by kind: SignatureScheme.Kind) -> Bool {
        guard let index else { return true }
        if kind == .token { tokens.insert(index) } else { keys.insert(index) }
        return tokens.isDisjoint(with: keys)
    }
}
