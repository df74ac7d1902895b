extension GroupCommit {
    /// How a body is to be run.
    struct Terms: Sendable {
        /// See ``Job/isSlice``.
        var isSlice = false
        /// Whether it writes nothing.
        var isReading = false
    }

    /// Runs the body in the next transaction, and returns its value when that is durable.
    ///
    /// - Parameter body: may run more than once, as ``Job/run`` says.
    func run<Value: Sendable>(
        as terms: Terms = Terms(),
        _ body: @escaping @Sendable (inout QueueTransaction) throws -> Value
    ) async throws(QueueError) -> Value {
        let result: Result<Value, QueueError> = await withCheckedContinuation { continuation in
            submit(
                Job(
                    weight: 0,
                    isReading: terms.isReading,
                    isRepeatable: terms.isReading,
                    isSlice: terms.isSlice,
                    run: { transaction in
                        let value = try body(&transaction)
                        return { continuation.resume(returning: .success(value)) }
                    },
                    refuse: { continuation.resume(returning: .failure($0)) }
                )
            )
        }
        return try result.get()
    }
}
