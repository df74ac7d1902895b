import NPSWebhooks

/// How a source of the fuzz target signs, and what its signature covers.
struct SourceForm: Sendable {
    let name: String
    /// What a source file says under `signature:`.
    let signature: String
    var secrets = ["nps-collector-test-secret"]
    var covers: [Cover] = [.body]
    /// All that is ever signed.
    var bodies = [
        #"{"test": 2432232314}"#,
        #"{"id":"r-1","email":"ana@example.com","score":9,"comment":"Fast support"}"#,
        "email=ana%40example.com&score=9&comment=Fast+support",
    ]
    /// For a source that can't sign: the headers that make its only body authentic.
    var vector: [SignedParts.Pair]?
    /// Whether a body needs no certain content to be signed.
    var signsAnything = true

    var coversBody: Bool {
        covers.contains { if case .body = $0 { true } else { false } }
    }
}
