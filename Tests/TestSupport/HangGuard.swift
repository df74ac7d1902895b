package import Testing

extension Trait where Self == TimeLimitTrait {
    /// Ends a test that waits in vain for a signal, and names it. No machine is so slow that a test needs as long: what
    /// a test may take is never told by the clock.
    package static var hangGuard: Self { .timeLimit(.minutes(30)) }
}
