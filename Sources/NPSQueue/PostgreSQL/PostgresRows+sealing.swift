import Foundation
import NPSModel

/// What people write, as the tables have it: sealed by `PayloadKeys`, or as it is where there are none and where it was
/// stored before there were.
extension PostgresRows {
    /// The value as it was given. What looks sealed and can't be opened is returned as it is stored: nobody ever sealed it,
    /// or somebody has changed it or put it into another place, which concerns no other row.
    ///
    /// - Throws: `payloadKeys` for what was sealed with a key that this collector wasn't given, unless that is left unopened.
    ///   Others can open it, so it must not be taken for damaged.
    func open(_ text: String, at place: SealedPlace) throws -> String {
        guard let value = SealedValue(text) else { return text }
        return try open(value, at: place).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// Like the same for text.
    func open(_ bytes: Data, at place: SealedPlace) throws -> Data {
        guard let value = SealedValue(bytes) else { return bytes }
        return try open(value, at: place) ?? bytes
    }

    private func open(_ value: SealedValue, at place: SealedPlace) throws -> Data? {
        if let key = keys[value.kid] { return key.open(value.box, at: place) }
        guard !leavesUnopened, try PayloadKeyRegister.has(value.kid, on: connection) else { return nil }
        throw QueueError.payloadKeys("another collector seals with \(value.kid), which isn't listed: list it here, too")
    }
}

extension SealedPlace {
    static func payload(of id: ResponseID) -> SealedPlace {
        SealedPlace(column: "responses.payload", row: id.rawValue)
    }

    /// - Parameter tombstone: of the entry; its number isn't known before it is stored.
    static func quarantine(_ column: String, of tombstone: String) -> SealedPlace {
        SealedPlace(column: "quarantine.\(column)", row: tombstone)
    }
}

extension StoredResponse {
    /// The payload as the table is to have it.
    func payload(sealedBy keys: PayloadKeys) throws(QueueError) -> String? {
        // One that couldn't be opened stays as it was found; no other begins like that, since all are JSON.
        guard let payload, SealedValue(payload) == nil else { return payload }
        return try keys.seal(payload, at: .payload(of: id))
    }
}
