package import Crypto

/// HMAC-SHA256 (RFC 2104) by one key. To take the key in costs as much as two blocks of text, so it is done once and copied.
///
/// Every response has three such codes. The library's own is for any function and any kind of data, which costs a short
/// text about as much as its hashing.
package struct KeyedHash: Sendable {
    private let inner: SHA256
    private let outer: SHA256

    package init(key: SymmetricKey) {
        let bytes = key.withUnsafeBytes { key in
            key.count > SHA256.blockByteCount ? Array(SHA256.hash(data: key)) : Array(key)
        }
        let block = bytes + [UInt8](repeating: 0, count: SHA256.blockByteCount - bytes.count)
        inner = Self.begun(with: block.map { $0 ^ 0x36 })
        outer = Self.begun(with: block.map { $0 ^ 0x5c })
    }

    private static func begun(with block: [UInt8]) -> SHA256 {
        var hash = SHA256()
        hash.update(data: block)
        return hash
    }

    package func code(of content: UnsafeRawBufferPointer) -> SHA256.Digest {
        var (inner, outer) = (inner, outer)
        inner.update(bufferPointer: content)
        inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
        return outer.finalize()
    }

    package func code(of content: [UInt8]) -> [UInt8] {
        content.withUnsafeBytes { content in code(of: content).withUnsafeBytes { Array($0) } }
    }
}
