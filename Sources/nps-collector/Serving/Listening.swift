import Foundation
import NIOCore
import NPSApp

/// Turns what a listener throws when it can't open into a sentence that names the setting.
enum Listening {
    static func sentence(for error: any Error, settings: Settings) -> String {
        guard let error = error as? IOError else { return "The collector stopped: \(error)" }
        let reason =
            error.errnoCode == EADDRINUSE ? "another program has it" : "the system refused (\(error.errnoCode))"
        return "A listener could not be opened: \(reason). Look at http.host, http.port, admin.host and admin.port."
    }
}
