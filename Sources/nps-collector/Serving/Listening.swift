import Foundation
import NIOCore

/// Turns what a listener throws when it can't open into a sentence that names the setting.
enum Listening {
    /// - Parameter keys: the settings that say where to listen.
    static func sentence(for error: any Error, look keys: String) -> String {
        guard let error = error as? IOError else { return "The collector stopped: \(error)" }
        let reason =
            error.errnoCode == EADDRINUSE ? "another program has it" : "the system refused (\(error.errnoCode))"
        return "A listener could not be opened: \(reason). Look at \(keys)."
    }
}
