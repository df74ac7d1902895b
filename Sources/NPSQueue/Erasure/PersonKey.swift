import Crypto
import Foundation
import GRDB
import NPSModel

/// Makes of an address the digest by which a delivered response is found again when somebody asks to be erased.
///
/// The key is random, one for each database, and never leaves it: without the file, nobody can try addresses.
struct PersonKey: Sendable, Equatable {
    private let key: SymmetricKey

    init(_ bytes: Data) {
        key = SymmetricKey(data: bytes)
    }

    /// 32 random bytes for a new database.
    static func random() -> Data {
        SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
    }

    /// HMAC-SHA256 of the address in small letters and with its domain's ASCII form: people don't remember how they
    /// wrote it. Half of it (128 bits, in hex) is enough to tell people apart, and takes half the room in the index.
    func digest(of address: EmailAddress) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(address.asciiForm.lowercased().utf8), using: key)
        return Hexadecimal.encode(Data(code).prefix(16))
    }

    /// By which a content that was replaced is known again: what it was can't be found out by trying scores.
    func trace(ofContent digest: String, delivery: String?) -> String {
        let text = "content\u{0}\(digest)\u{0}\(delivery ?? "")"
        return Hexadecimal.encode(Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)).prefix(16))
    }
}

extension PersonKey {
    init(reading database: Database) throws {
        guard let key = try Data.fetchOne(database, sql: "SELECT key FROM person_key") else {
            throw QueueError.damaged("its key is missing")
        }
        self.init(key)
    }
}
