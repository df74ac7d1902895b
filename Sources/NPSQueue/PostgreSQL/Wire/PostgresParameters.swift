/// What a statement is run with, `$1` first, in one buffer.
struct PostgresParameters {
    private var bytes: [UInt8] = []
    /// Nil for NULL.
    private var places: [Range<Int>?] = []

    init() {}

    init(_ values: (any PostgresValue)?...) {
        for value in values { append(value) }
    }

    var count: Int { places.count }
    /// In bytes.
    var size: Int { bytes.count }

    mutating func append(_ value: (any PostgresValue)?) {
        guard let value else {
            places.append(nil)
            return
        }
        let start = bytes.count
        value.write(to: &bytes)
        places.append(start..<bytes.count)
    }

    /// An array, with NULL for nil.
    mutating func append<Value: PostgresValue>(array values: [Value?]) {
        let start = bytes.count
        values.writeArray(to: &bytes)
        places.append(start..<bytes.count)
    }

    /// - Parameter body: gets, for each parameter, where its bytes are (nil for NULL), how many they are, and its format,
    ///   which is the binary one. Valid within the body.
    func withPointers<Value>(
        _ body: (_ values: [UnsafePointer<CChar>?], _ lengths: [CInt], _ formats: [CInt]) -> Value
    ) -> Value {
        // An empty buffer may have no address, but a parameter that is empty needs one.
        (bytes + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { buffer in
                body(
                    places.map { place in place.flatMap { buffer.baseAddress?.advanced(by: $0.lowerBound) } },
                    places.map { CInt(clamping: $0?.count ?? 0) },
                    places.map { _ in 1 }
                )
            }
        }
    }
}
