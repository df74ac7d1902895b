import Crypto
import Foundation
import GRDB
import NPSModel

/// Computes from an address the digest by which a delivered response is found when a person asks for erasure.
///
/// The key is random, one for each database, and never leaves it: whoever has only digests can't test addresses.
struct PersonKey: Sendable {
    private let key: SymmetricKey
    /// To set it up costs as much as two blocks of text, so it is done once and copied.
    private let start: HMAC<SHA256>

    init(_ bytes: Data) {
        key = SymmetricKey(data: bytes)
        start = HMAC(key: key)
    }

    /// 32 random bytes for a new database.
    static func random() -> Data {
        SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
    }

    /// HMAC-SHA256 of the address in lower case and with its domain in ASCII, since people don't remember how they
    /// wrote it. The first 128 bits, in hex: enough to tell people apart, and half as much in the index.
    func digest(of address: EmailAddress) -> String {
        code(of: address.asciiForm.lowercased())
    }

    /// The form in which the digest of a content is stored. A plain digest would give away what a person answered to
    /// whoever tries the eleven scores for an address. A digest that has this form already stays as it is.
    func keyed(_ digest: String) -> String {
        guard Self.isPlain(digest) else { return digest }
        return "k1-" + code(of: "digest\u{0}" + digest)
    }

    /// The id of a response whose id is a digest of its content. Its receipt stays after the content is gone, and a plain
    /// digest would give that away as ``keyed(_:)`` says.
    func keyed(_ id: ResponseID) -> ResponseID {
        ResponseID(rawValue: ResponseID.prefix + code(of: "id\u{0}" + id.rawValue)) ?? id
    }

    /// SHA-256 in hex, as earlier versions stored it.
    static func isPlain(_ digest: String) -> Bool { digest.utf8.count == 64 }

    /// By this, content that was replaced is recognised when it arrives again. It is keyed, so that nobody can find the
    /// content by trying scores.
    func trace(ofContent digest: String, delivery: String?) -> String {
        code(of: "content\u{0}\(digest)\u{0}\(delivery ?? "")")
    }

    /// What is kept of an erased payload: its key has a plain digest of the body, by which the answer could be found.
    func tombstone(ofPayload key: String) -> String {
        "k1-" + code(of: "payload\u{0}" + key)
    }

    /// The first 128 bits of the HMAC-SHA256, in hex.
    private func code(of text: String) -> String {
        var code = start
        var text = text
        text.withUTF8 { code.update(data: UnsafeRawBufferPointer($0)) }
        return Hexadecimal.encode(code.finalize().prefix(16))
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

    init(reading database: Database) throws {
        guard let key = try Data.fetchOne(database, sql: "SELECT key FROM person_key") else {
            throw QueueError.damaged("its key is missing")
        }
        self.init(key)
    }
}
