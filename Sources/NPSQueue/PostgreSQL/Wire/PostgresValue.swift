import Foundation
import NPSModel

/// A value in PostgreSQL's binary format, as parameters and rows have it.
protocol PostgresValue {
    /// The number of its type, as the elements of an array name it.
    static var typeNumber: UInt32 { get }

    func write(to bytes: inout [UInt8])
    /// Nil when these are no such value.
    init?(_ bytes: UnsafeRawBufferPointer)
}

extension FixedWidthInteger {
    fileprivate func writeBigEndian(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: bigEndian) { bytes.append(contentsOf: $0) }
    }

    fileprivate init?(bigEndian bytes: UnsafeRawBufferPointer) {
        guard bytes.count == MemoryLayout<Self>.size else { return nil }
        self.init(bigEndian: bytes.loadUnaligned(as: Self.self))
    }
}

extension [UInt8] {
    /// The wire's numbers have the most significant byte first.
    mutating func append(number: Int32) { number.writeBigEndian(to: &self) }
    mutating func append(number: UInt32) { number.writeBigEndian(to: &self) }
}

extension UnsafeRawBufferPointer {
    /// Nil beyond the end.
    func number(at offset: Int) -> Int32? {
        guard offset >= 0, offset + 4 <= count else { return nil }
        return Int32(bigEndian: UnsafeRawBufferPointer(rebasing: self[offset..<offset + 4]))
    }
}

/// Written as `bigint`; read from any of the three widths.
extension Int64: PostgresValue {
    static var typeNumber: UInt32 { 20 }

    func write(to bytes: inout [UInt8]) { writeBigEndian(to: &bytes) }

    init?(_ bytes: UnsafeRawBufferPointer) {
        switch bytes.count {
        case 2: self.init(Int16(bigEndian: bytes) ?? 0)
        case 4: self.init(Int32(bigEndian: bytes) ?? 0)
        default: self.init(bigEndian: bytes)
        }
    }
}

extension Int: PostgresValue {
    static var typeNumber: UInt32 { Int64.typeNumber }

    func write(to bytes: inout [UInt8]) { Int64(self).write(to: &bytes) }

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let value = Int64(bytes) else { return nil }
        self.init(exactly: value)
    }
}

extension Milliseconds: PostgresValue {
    static var typeNumber: UInt32 { Int64.typeNumber }

    func write(to bytes: inout [UInt8]) { rawValue.write(to: &bytes) }

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let value = Int64(bytes) else { return nil }
        self.init(rawValue: value)
    }
}

extension Bool: PostgresValue {
    static var typeNumber: UInt32 { 16 }

    func write(to bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 1 else { return nil }
        self = bytes[0] != 0
    }
}

/// PostgreSQL's text can't hold U+0000, so that is written as U+FFFD. JSON that the queue writes escapes it.
extension String: PostgresValue {
    static var typeNumber: UInt32 { 25 }

    func write(to bytes: inout [UInt8]) {
        let text = utf8.contains(0) ? String(map { $0 == "\0" ? "\u{FFFD}" : $0 }) : self
        bytes.append(contentsOf: text.utf8)
    }

    init?(_ bytes: UnsafeRawBufferPointer) { self.init(decoding: bytes, as: UTF8.self) }
}

extension Data: PostgresValue {
    static var typeNumber: UInt32 { 17 }

    func write(to bytes: inout [UInt8]) { bytes.append(contentsOf: self) }

    init?(_ bytes: UnsafeRawBufferPointer) { self.init(Array(bytes)) }
}

/// As `uuid`, which takes 16 bytes and no length.
extension KeyedDigest: PostgresValue {
    static var typeNumber: UInt32 { 2950 }

    func write(to bytes: inout [UInt8]) { rawValue.writeBigEndian(to: &bytes) }

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let value = UInt128(bigEndian: bytes) else { return nil }
        self.init(rawValue: value)
    }
}

/// The 128 bits after the prefix, as `uuid`.
extension ResponseID: PostgresValue {
    static var typeNumber: UInt32 { KeyedDigest.typeNumber }

    func write(to bytes: inout [UInt8]) {
        let bits: UInt128 = rawValue.utf8.dropFirst(Self.prefix.utf8.count).reduce(0) { bits, digit in
            // Digits and lower-case letters, and nothing else.
            bits << 4 | UInt128(digit < UInt8(ascii: "a") ? digit &- 0x30 : digit &- 0x57)
        }
        bits.writeBigEndian(to: &bytes)
    }

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let digest = KeyedDigest(bytes) else { return nil }
        self.init(rawValue: Self.prefix + digest.hexadecimal)
    }
}

/// An array of one dimension. Elements without a value make it unreadable.
extension Array: PostgresValue where Element: PostgresValue {
    /// Of an array of arrays there is none.
    static var typeNumber: UInt32 { 0 }

    func write(to bytes: inout [UInt8]) { map(Optional.some).writeArray(to: &bytes) }

    init?(_ bytes: UnsafeRawBufferPointer) {
        guard let dimensions = bytes.number(at: 0), dimensions == 0 || dimensions == 1 else { return nil }
        self = []
        guard dimensions == 1 else { return }
        guard let count = bytes.number(at: 12) else { return nil }
        var offset = 20
        for _ in 0..<Swift.max(0, count) {
            guard
                let length = bytes.number(at: offset).map(Int.init), length >= 0, offset + 4 + length <= bytes.count,
                let element = Element(UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<(offset + 4 + length)]))
            else { return nil }
            append(element)
            offset += 4 + length
        }
    }
}

extension Array {
    /// In the binary format of an array with one dimension.
    func writeArray<Value: PostgresValue>(to bytes: inout [UInt8]) where Element == Value? {
        bytes.append(number: Int32(isEmpty ? 0 : 1))
        bytes.append(number: Int32(contains { $0 == nil } ? 1 : 0))
        bytes.append(number: Value.typeNumber)
        guard !isEmpty else { return }
        bytes.append(number: Int32(clamping: count))
        bytes.append(number: Int32(1))
        for element in self {
            guard let element else {
                bytes.append(number: Int32(-1))
                continue
            }
            let start = bytes.count
            bytes.append(number: Int32(0))
            element.write(to: &bytes)
            let length = UInt32(clamping: bytes.count - start - 4)
            for place in 0..<4 { bytes[start + place] = UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32(place))) }
        }
    }
}
