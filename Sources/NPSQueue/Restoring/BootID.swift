import Foundation

/// The kernel's own name for a start of the machine (random(4)), the same for all of its containers.
package struct BootID: Sendable, Hashable, CustomStringConvertible {
    /// 32 hexadecimal digits, as systemd's specifier `%b` has them.
    package let description: String

    /// Nil for what is none.
    ///
    /// - Parameter text: with or without hyphens.
    package init?(_ text: String) {
        let digits = text.filter { $0 != "-" }
        guard digits.utf8.count == 32, digits.allSatisfy(\.isHexDigit) else { return nil }
        description = digits.lowercased()
    }

    /// That of this machine; nil where `/proc` doesn't have it, as in the shipped unit.
    package static var ofKernel: BootID? {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return text.flatMap { BootID($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
}
