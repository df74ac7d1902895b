import Crypto

/// Comparison whose time tells nothing about where two values differ.
enum ConstantTime {
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (one, other) in zip(left, right) { difference |= one ^ other }
        return difference == 0
    }

    /// Compares digests, so that not even the secret's length shows.
    static func areEqualSecrets(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        areEqual(Array(SHA256.hash(data: left)), Array(SHA256.hash(data: right)))
    }
}
