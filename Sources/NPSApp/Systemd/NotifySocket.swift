import Foundation
import NPSServer

/// The socket at which a service manager wants to be told how this process is (sd_notify(3)).
struct NotifySocket: Sendable {
    private let address: UnixAddress

    /// Nil for what is no path and no abstract name.
    init?(_ text: String) {
        guard text.hasPrefix("/") || text.hasPrefix("@"), let address = UnixAddress(text) else { return nil }
        self.address = address
    }

    /// Sends one message if that takes no time.
    ///
    /// - Returns: whether it was taken.
    @discardableResult
    func send(_ message: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = Array(message.utf8)
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        let count = address.withPointer { sendto(descriptor, bytes, bytes.count, flags, $0, $1) }
        return count == bytes.count
    }
}
