import Crypto
import Foundation
import NPSModel

/// Computes from an address the digest by which a delivered response is found when a person asks for erasure.
///
/// The key is random, one for each queue, and leaves its database only with the whole queue (``QueueMove``): whoever has
/// only digests can't test addresses.
struct PersonKey: Sendable {
    private let key: SymmetricKey
    private let hash: KeyedHash

    init(_ bytes: Data) {
        key = SymmetricKey(data: bytes)
        hash = KeyedHash(key: key)
    }

    /// 32 random bytes for a new database.
    static func random() -> Data {
        SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
    }

    /// For another database that gets all of this one's rows.
    var bytes: Data { key.withUnsafeBytes { Data($0) } }

    /// HMAC-SHA256 of the address in lower case and with its domain in ASCII, since people don't remember how they
    /// wrote it.
    func digest(of address: EmailAddress) -> KeyedDigest {
        code(of: address.asciiForm.lowercased())
    }

    /// The form in which the digest of a content is stored. A plain digest would give away what a person answered to
    /// whoever tries the eleven scores for an address.
    func keyed(_ digest: String) -> KeyedDigest {
        code(of: "digest\u{0}" + digest)
    }

    /// A digest as earlier versions stored it, plain or keyed; nil when it is neither.
    func keyed(former digest: String) -> KeyedDigest? {
        // SHA-256 in hex.
        if digest.utf8.count == 64 { return keyed(digest) }
        guard digest.hasPrefix(Self.mark) else { return nil }
        return KeyedDigest(hexadecimal: digest.dropFirst(Self.mark.count))
    }

    /// What keyed digests begin with where they are text.
    private static let mark = "k1-"

    /// The id of a response whose id is a digest of its content. Its receipt stays after the content is gone, and a plain
    /// digest would give that away as ``keyed(_:)`` says.
    func keyed(_ id: ResponseID) -> ResponseID {
        ResponseID(rawValue: ResponseID.prefix + code(of: "id\u{0}" + id.rawValue).hexadecimal) ?? id
    }

    /// By this, content that was replaced is recognised when it arrives again. It is keyed, so that nobody can find the
    /// content by trying scores.
    func trace(ofContent digest: KeyedDigest, delivery: String?) -> KeyedDigest {
        trace(ofText: Self.mark + digest.hexadecimal, delivery: delivery)
    }

    /// Like ``trace(ofContent:delivery:)``, as a version made it that knew only the plain digest.
    func formerTrace(ofContent plainDigest: String, delivery: String?) -> KeyedDigest {
        trace(ofText: plainDigest, delivery: delivery)
    }

    private func trace(ofText digest: String, delivery: String?) -> KeyedDigest {
        code(of: "content\u{0}\(digest)\u{0}\(delivery ?? "")")
    }

    /// What is kept of an erased payload: its key has a plain digest of the body, by which the answer could be found.
    func tombstone(ofPayload key: String) -> String {
        Self.mark + code(of: "payload\u{0}" + key).hexadecimal
    }

    /// Whether a text is such a tombstone, and not a key.
    func isTombstone(_ text: String) -> Bool { text.hasPrefix(Self.mark) }

    /// By this, what is sealed for this database is told from what was sealed for another. Always of 16 bytes.
    var databaseMark: Data { withUnsafeBytes(of: code(of: "database\u{0}").rawValue.bigEndian) { Data($0) } }

    private func code(of text: String) -> KeyedDigest {
        var text = text
        return KeyedDigest(bytes: text.withUTF8 { hash.code(of: UnsafeRawBufferPointer($0)) })
    }
}

extension PersonKey: Equatable {
    static func == (left: PersonKey, right: PersonKey) -> Bool { left.key == right.key }
}

extension PersonKey {
    /// Under which a submission is stored.
    func id(of submission: Submission) -> ResponseID {
        submission.hasContentID ? keyed(submission.response.id) : submission.response.id
    }
}
