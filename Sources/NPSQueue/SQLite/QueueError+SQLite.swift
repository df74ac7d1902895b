import Foundation
import GRDB

extension QueueError {
    /// The error of any layer as one of the queue's. Keeps SQLite's message but never a statement's arguments, which
    /// may be personal data.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as QueueError: self = error
        case let error as DatabaseError: self = Self.translate(error, path: path)
        default: self = .storage("an unexpected error of type \(type(of: error))")
        }
    }

    /// A system call failed: `what can't be done (No space left on device, errno 28)`.
    ///
    /// - Parameter code: `errno`, read before anything else could change it.
    static func storage(_ what: String, errno code: Int32) -> QueueError {
        .storage("\(what) (\(String(cString: strerror(code))), errno \(code))")
    }

    private static func translate(_ error: DatabaseError, path: String) -> QueueError {
        let words = "\(path): \(error.message ?? "no message"), SQLite code \(error.extendedResultCode.rawValue)"
        return switch error.resultCode {
        case .SQLITE_FULL: .diskFull
        case .SQLITE_BUSY, .SQLITE_LOCKED: .lockedByAnotherProcess(path: path)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged(words)
        default: .storage(words)
        }
    }
}

extension DatabaseError {
    /// True when only a statement was wrong. Any other error is about the file, and the connection can't be trusted any
    /// more.
    var concernsStatementOnly: Bool {
        switch resultCode {
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_RANGE, .SQLITE_TOOBIG, .SQLITE_ERROR, .SQLITE_MISUSE: true
        default: false
        }
    }
}
