import Crypto
import Foundation
import NPSModel

/// Makes of an address the digest by which a delivered response is found again when somebody asks to be erased.
///
/// The key is random, one for each database, and never leaves it: without the file, nobody can try addresses.
struct PersonKey: Sendable {
    private let key: SymmetricKey

    init(_ bytes: Data) {
        key = SymmetricKey(data: bytes)
    }

    /// 32 random bytes for a new database.
    static func random() -> Data {
        SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
    }

    /// HMAC-SHA256 of the address in small letters and with its domain's ASCII form: people don't remember how they
    /// wrote it.
    func digest(of address: EmailAddress) -> String {
        Hexadecimal.encode(HMAC<SHA256>.authenticationCode(for: Data(address.asciiForm.lowercased().utf8), using: key))
    }
}
