import Foundation
import NIOCore
import NPSApp
import NPSQueue
import PlanhatAPI

/// Ends the program with a sentence on standard error and an exit status.
struct Stop: Error {
    /// The codes above 1 are those of `sysexits.h`.
    enum Code: Int32 {
        case failure = 1
        case usage = 64
        case unreachable = 69
        case configuration = 78
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension Stop {
    init(_ error: AdminError) {
        let code: Code =
            switch error {
            case .missingToken: .configuration
            case .unreachable, .unanswered: .unreachable
            case .refused, .unreadable: .failure
            }
        self.init(code, error.description)
    }

    /// Why the queue can't be opened: a person has to change settings, rights or the program, or it passes.
    init(_ error: QueueError) {
        let code: Code =
            switch error {
            case .unsuitableDatabase, .unusableAddress, .newerSchema, .missingLibrary, .payloadKeys, .moved,
                .unfinishedMove, .unmovable, .foreignLog:
                .configuration
            case .busy, .diskFull, .resolvedBefore, .storage, .database, .damaged, .lockedByAnotherProcess, .closed:
                .unreachable
            case .unverifiedMove, .unmadeBackup: .failure
            }
        self.init(code, error.description)
    }

    /// A wrong token or address is a mistake in the settings; a missing answer isn't.
    init(_ error: PlanhatError) {
        let code: Code =
            switch error {
            case .invalidRequest: .usage
            case .refused(.tls, _, _): .unreachable
            case .refused: .configuration
            case .notSent, .rateLimited, .unavailable, .ambiguous: .unreachable
            case .rejected, .notFound: .failure
            }
        self.init(code, error.description)
    }

    /// What ended the program's listeners, most often a port that is taken.
    ///
    /// - Parameter keys: the settings that say where to listen.
    init(listening error: any Error, settings keys: String) {
        guard let error = error as? IOError else {
            self.init(.unreachable, "The collector stopped: \(error)")
            return
        }
        let reason =
            error.errnoCode == EADDRINUSE
            ? "another program has it" : "the system refused (\(error.errnoCode))"
        self.init(.unreachable, "A listener could not be opened: \(reason). Look at \(keys).")
    }
}
