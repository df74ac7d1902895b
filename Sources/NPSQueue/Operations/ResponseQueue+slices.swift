extension ResponseQueue {
    /// How many rows one transaction of longer work reads or writes at most: a few milliseconds, for which acceptance
    /// waits.
    static let slice = 100

    /// After how many bytes of content a slice that reads or removes content ends, whatever its rows are.
    static let sliceBytes = 1 << 20

    /// Does the work for all elements, in transactions of `count` elements. Returns the sum of what it returned.
    ///
    /// Each transaction is durable on its own, so the work for an element must do no harm when it is repeated.
    func inSlices<Element: Sendable>(
        _ elements: [Element],
        of count: Int = slice,
        _ work: @escaping @Sendable (inout QueueTransaction, [Element]) throws -> Int
    ) async throws(QueueError) -> Int {
        var sum = 0
        try await inSlices(elements, of: count, onPart: { sum += $0 }, work)
        return sum
    }

    /// - Parameter onPart: gets what the work returned, as soon as it is durable. So the caller knows of it also when this
    ///   throws in the end.
    func inSlices<Element: Sendable, Part: Sendable>(
        _ elements: [Element],
        of count: Int = slice,
        onPart: (Part) -> Void,
        _ work: @escaping @Sendable (inout QueueTransaction, [Element]) throws -> Part
    ) async throws(QueueError) {
        for start in stride(from: 0, to: elements.count, by: count) {
            let part = Array(elements[start..<min(start + count, elements.count)])
            onPart(try await transactSlice { transaction in try work(&transaction, part) })
        }
    }
}
