/// What the secrets of one delivery were used for: one that was sent in clear as a token signs nothing.
struct SecretUses {
    private var tokens: Set<Int> = []
    private var keys: Set<Int> = []

    /// False when the secret was used for the other thing already.
    mutating func add(_ index: Int?, by kind: SignatureScheme.Kind) -> Bool {
        guard let index else { return true }
        if kind == .token { tokens.insert(index) } else { keys.insert(index) }
        return tokens.isDisjoint(with: keys)
    }
}
