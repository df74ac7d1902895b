/// What the rules of a source say of the client certificate of a connection, or that there is none.
struct ExaminedCertificate: Sendable {
    /// By rule, why it is refused; nil where it is accepted.
    private var verdicts: [ClientCertificateRule: SignatureRejection?] = [:]

    mutating func add(_ rejection: SignatureRejection?, by rule: ClientCertificateRule) {
        verdicts.updateValue(rejection, forKey: rule)
    }

    /// Throws when the rule doesn't accept it, or was not asked.
    func check(by rule: ClientCertificateRule) throws(SignatureRejection) {
        guard let verdict = verdicts[rule] else { throw .missingCertificate }
        if let rejection = verdict { throw rejection }
    }
}
