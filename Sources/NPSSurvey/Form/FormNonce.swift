import NPSModel

/// The number in a hidden field of one printed form: 128 random bits as 32 lower-case hex digits.
///
/// It is part of the response's id, so that a form sent twice, by a double click or after going back in the browser, is
/// one response. Each form that is fetched has a number of its own.
package struct FormNonce: Sendable, Hashable {
    package let text: String

    /// A new one, from the system's random numbers.
    package init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }

    package init(using generator: inout some RandomNumberGenerator) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        // Each number is a call of the system.
        for _ in 0..<2 {
            let number = generator.next()
            for shift in stride(from: 0, to: UInt64.bitWidth, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
            }
        }
        text = Hexadecimal.encode(bytes)
    }

    /// Nil unless the text is 32 lower-case hex digits.
    package init?(_ text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy(\.isLowercaseHexDigit) else { return nil }
        self.text = text
    }
}
