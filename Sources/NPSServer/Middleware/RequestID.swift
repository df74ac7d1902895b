import Foundation
import NPSModel
import Synchronization

/// Tells a request from all others in the log: 16 hexadecimal digits of the process, and 16 that count on.
///
/// Hummingbird's own counts characters to pad its digits.
struct RequestID: CustomStringConvertible, Sendable {
    private static let process = UInt64.random(in: .min ... .max)
    private static let next = Atomic(UInt64.random(in: .min ... .max))

    private let number = Self.next.wrappingAdd(1, ordering: .relaxed).oldValue

    var description: String {
        let bits = UInt128(Self.process) << 64 | UInt128(number)
        return withUnsafeBytes(of: bits.bigEndian) { Hexadecimal.encode($0) }
    }
}
