import Foundation
import NIOCore
import NPSApp
import NPSQueue
import NPSServer
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
            case .missingToken, .wrongToken: .configuration
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
            case .busy, .diskFull, .belowReserve, .resolvedBefore, .storage, .database, .damaged,
                .lockedByAnotherProcess, .closed:
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

    /// Why a listener can't be opened: a person has to change something, or it passes.
    init(_ error: ServerError) {
        self.init(error.passes ? .unreachable : .configuration, error.description)
    }

    /// What ended the collector's services, most often a port that is taken.
    init(running error: any Error) {
        switch error {
        case let error as ServerError: self.init(error)
        case let error as QueueError: self.init(error)
        default: self.init(.unreachable, "The collector stopped: \(error)")
        }
    }

    /// What ended a listener, most often a port that is taken.
    ///
    /// - Parameters:
    ///   - address: where it was to listen.
    ///   - keys: the settings that say so.
    init(listening error: any Error, at address: String, settings keys: String) {
        guard let error = error as? IOError else {
            self.init(running: error)
            return
        }
        self.init(ServerError.cannotListen(address: address, setting: keys, code: error.errnoCode))
    }
}
