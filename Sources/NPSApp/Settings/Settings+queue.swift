import Foundation
import NPSQueue

/// The queue and what is kept in it.
extension Settings {
    static func readQueue(_ reader: inout SettingsReader, isSideOfMove: Bool) -> Queue? {
        let name = reader.value(Setting.queueName) ?? PostgresAddress.machineName
        let store = readStore(&reader, isSideOfMove: isSideOfMove, name: name)
        let receipts = readDays(Setting.receiptRetention, &reader)
        let parked = readDays(Setting.parkedRetention, &reader)
        return store.map { Queue(store: $0, name: name, receiptRetention: receipts, parkedRetention: parked) }
    }

    static func readQuarantine(_ reader: inout SettingsReader) -> Quarantine {
        Quarantine(
            retention: readDays(Setting.quarantineRetention, &reader),
            maxBytes: reader.value(Setting.quarantineMaxBytes)
        )
    }

    /// In seconds; nil for 0, which means for ever.
    private static func readDays(_ setting: TypedSetting<Int>, _ reader: inout SettingsReader) -> TimeInterval? {
        let days = reader.value(setting)
        return days == 0 ? nil : Double(days) * 86_400
    }

    private static func readStore(
        _ reader: inout SettingsReader,
        isSideOfMove: Bool,
        name: String
    ) -> ResponseQueue.Configuration.Store? {
        let url = reader.value(Setting.queueURL)
        let password = reader.secret(Setting.queuePassword)
        let keys = readPayloadKeys(&reader)
        if url.hasPrefix("sqlite:"), url.utf8.count > 7 {
            guard keys == .none || isSideOfMove else {
                reader.note(
                    "queue.payload-key is for a queue.url with postgres:// only: a file overwrites what is deleted by itself."
                )
                return nil
            }
            return .file(path: String(url.dropFirst(7)))
        }
        guard url.hasPrefix("postgres:") || url.hasPrefix("postgresql:") else {
            reader.note("queue.url must be sqlite:PATH or postgres://USER@HOST/DATABASE.")
            return nil
        }
        do throws(QueueError) {
            var address = try PostgresAddress(url)
            if let password { address.authenticate(with: password) }
            address.name = name
            address.payloadKeys = keys
            return .postgres(address)
        } catch {
            reader.note("queue.url: \(error)")
            return nil
        }
    }

    private static func readPayloadKeys(_ reader: inout SettingsReader) -> PayloadKeys {
        do throws(QueueError) {
            return try PayloadKeys(reader.secrets(Setting.payloadKey) ?? [])
        } catch {
            reader.note(error.description)
            return .none
        }
    }
}
