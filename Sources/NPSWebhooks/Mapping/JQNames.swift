import CJQ
import Glibc

/// Texts of libjq for the names of members, which are the same in every delivery of a tool: a name that was read before
/// costs no memory and no hash.
struct JQNames: ~Copyable {
    private static let count = 256
    /// Longer ones are made each time, so that all together take little memory whatever is sent.
    private static let lengthLimit = 40

    /// Each at the place that its hash says; null where there is none.
    private var texts = [jv](repeating: jv_null(), count: count)

    deinit {
        for text in texts { jv_free(text) }
    }

    /// - Parameter bytes: valid UTF-8.
    mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) -> JQValue {
        guard bytes.count <= Self.lengthLimit else { return JQValue(consuming: .text(bytes)) }
        let place = Self.place(of: bytes)
        let known = texts[place]
        if known.isText, known.withText({ $0.isEqual(to: bytes) }) { return JQValue(consuming: jv_copy(known)) }
        let text = jv.text(bytes)
        jv_free(known)
        texts[place] = jv_copy(text)
        return JQValue(consuming: text)
    }

    /// FNV-1a. Names that meet at one place only push each other out.
    private static func place(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt32 = 2_166_136_261
        for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int((hash ^ hash >> 16) & UInt32(count - 1))
    }
}

extension jv {
    /// A new text.
    ///
    /// - Parameter bytes: valid UTF-8, of no more bytes than an `Int32` counts.
    static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> jv {
        bytes.withMemoryRebound(to: CChar.self) { characters in
            guard let start = characters.baseAddress else { return jv_string_empty(0) }
            return jv_string_sized(start, Int32(characters.count))
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    func isEqual(to other: Self) -> Bool {
        guard count == other.count, let start = baseAddress, let otherStart = other.baseAddress else {
            return isEmpty && other.isEmpty
        }
        return memcmp(start, otherStart, count) == 0
    }
}
