import NPSModel

/// The hidden number of one printed form: 128 random bits as 32 lower-case hex digits.
///
/// It becomes part of the provider's response id, so a double click gives one response, and so does a form that the
/// browser shows again as it was and that is sent again. A form that is fetched anew has another.
package struct FormNonce: Sendable, Hashable {
    package let text: String

    /// Mints a fresh one from the system's random numbers.
    package init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }

    package init(using generator: inout some RandomNumberGenerator) {
        text = Hexadecimal.encode((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    /// Nil unless the text is 32 lower-case hex digits.
    package init?(_ text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy(\.isLowercaseHexDigit) else { return nil }
        self.text = text
    }
}
