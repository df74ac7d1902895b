/// Waits for a value that may come too late; nil when it does. What looks for it isn't cancelled.
package func answer<Value: Sendable>(
    within limit: Duration,
    _ find: @escaping @Sendable () async -> Value
) async -> Value? {
    // The first of the two counts.
    let (answers, answer) = AsyncStream.makeStream(of: Value?.self, bufferingPolicy: .bufferingOldest(1))
    Task { answer.yield(await find()) }
    let alarm = Task {
        try? await Task.sleep(for: limit)
        answer.yield(nil)
    }
    defer { alarm.cancel() }
    for await found in answers { return found }
    return nil
}
