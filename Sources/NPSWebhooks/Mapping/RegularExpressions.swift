import Glibc

/// What libjq leaves undone about Oniguruma, its regular expressions.
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

    /// Whether Oniguruma has made its tables. Otherwise the first expression makes them, without a lock: two mappings whose
    /// first ones meet would free the same memory twice, and the process would be aborted.
    static let isInitialized: Bool = {
        typealias Initialize = @convention(c) (UnsafeMutablePointer<UnsafeMutableRawPointer>, CInt) -> CInt
        guard let symbol = dlsym(nil, "onig_initialize") else { return false }
        guard var encoding = dlsym(nil, "OnigEncodingUTF8") else { return false }
        // Declared like this in oniguruma.h; UTF-8 is the only encoding that libjq asks for.
        return unsafeBitCast(symbol, to: Initialize.self)(&encoding, 1) == 0
    }()

    /// Initializes Oniguruma and sets the limit, both once for the process; only libjq uses it.
    static func prepare() {
        _ = isInitialized
        _ = isLimited
    }
}
