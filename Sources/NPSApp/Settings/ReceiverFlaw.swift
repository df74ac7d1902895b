import Foundation
import NPSServer

/// Why secrets aren't sent to an address.
enum ReceiverFlaw: Sendable, Hashable {
    /// It is none of HTTP.
    case noAddress
    /// Whoever is on the way could read what is sent. To this machine itself nothing is on the way.
    case inClear
    /// It has a user or a password in it.
    case namesUser

    /// Nil for an address without a flaw.
    init?(of text: String) {
        guard let url = URL(string: text), let host = url.host, ["http", "https"].contains(url.scheme) else {
            self = .noAddress
            return
        }
        if url.scheme != "https", !AddressRange.isLoopback(host) {
            self = .inClear
        } else if url.user != nil || url.password != nil {
            self = .namesUser
        } else {
            return nil
        }
    }
}
