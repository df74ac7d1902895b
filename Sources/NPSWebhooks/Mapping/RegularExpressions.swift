import Glibc

/// The limit on searches by regular expressions, which libjq leaves to Oniguruma.
enum RegularExpressions {
    /// As often as Oniguruma tries again at one place of a text by its own default. It has none for a search, which tries
    /// at every place: `\\s+$` in 100,000 spaces takes minutes, as one instruction that can't be interrupted.
    private static let retryLimit: CUnsignedLong = 10_000_000

    /// False when the Oniguruma that libjq uses is older than 6.9.6 and has no such limit.
    private static let isLimited: Bool = {
        typealias Setter = @convention(c) (CUnsignedLong) -> CInt
        guard let symbol = dlsym(nil, "onig_set_retry_limit_in_search") else { return false }
        // Declared like this in oniguruma.h, which needs a package of its own.
        return unsafeBitCast(symbol, to: Setter.self)(retryLimit) == 0
    }()

    /// Sets the limit once for the process; only libjq uses Oniguruma.
    static func limit() {
        _ = isLimited
    }
}
