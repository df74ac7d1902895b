import Foundation

/// Where a sealed value belongs within its database: it is of no use in another column or another row.
struct SealedPlace: Sendable, Hashable {
    /// With the table, such as `responses.payload`.
    let column: String
    /// What never changes about the row.
    let row: String

    fileprivate static let separator: UInt8 = 0

    /// What is authenticated together with the value, after the mark of the database.
    var bytes: Data { Data(column.utf8) + [Self.separator] + Data(row.utf8) }
}

/// A value as `PayloadKeys` seals it: `enc1.KID.` and, in base64, nonce, ciphertext and tag. Where a column takes bytes,
/// these are as they are, after a zero byte that no text begins with.
///
/// Any other value may look like one by chance or by intent: what it is turns out when it is opened.
struct SealedValue: Sendable, Hashable {
    /// Ends with a number, for the form that may follow this one.
    static let head = "enc1."

    let kid: String
    /// Nonce, ciphertext and tag.
    let box: Data

    /// The box of an empty value: what is shorter was never sealed.
    static let shortestBox = 28

    init(kid: String, box: Data) {
        self.kid = kid
        self.box = box
    }

    /// What a key's values begin with in a column of text.
    static func head(of kid: String) -> String { "\(head)\(kid)." }

    var text: String { Self.head(of: kid) + box.base64EncodedString() }

    var bytes: Data { [0] + Data(Self.head(of: kid).utf8) + box }

    /// Nil for a text that doesn't look like a sealed one.
    init?(_ text: String) {
        guard text.hasPrefix(Self.head) else { return nil }
        let rest = text.dropFirst(Self.head.count)
        guard let dot = rest.firstIndex(of: "."), Self.isKeyID(rest[..<dot]) else { return nil }
        guard let box = Data(base64Encoded: String(rest[rest.index(after: dot)...])), box.count >= Self.shortestBox
        else { return nil }
        self.init(kid: String(rest[..<dot]), box: box)
    }

    /// Nil for bytes that don't look like sealed ones.
    init?(_ bytes: Data) {
        let mark = [0] + Array(Self.head.utf8)
        guard bytes.starts(with: mark) else { return nil }
        let rest = bytes.dropFirst(mark.count)
        guard let dot = rest.prefix(Self.longestKeyID + 1).firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let kid = String(decoding: rest[..<dot], as: UTF8.self)
        guard Self.isKeyID(kid), rest.endIndex - dot > Self.shortestBox else { return nil }
        self.init(kid: kid, box: Data(rest[(dot + 1)...]))
    }

    private static let longestKeyID = 64

    /// Without what has a meaning in a list of settings, in these values or in SQL.
    static func isKeyID(_ text: some StringProtocol) -> Bool {
        (1...longestKeyID).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch UnicodeScalar(byte) {
                case "0"..."9", "A"..."Z", "a"..."z", "-", "_": true
                default: false
                }
            }
    }
}
