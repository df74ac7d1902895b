/// Why no job can run now, whichever it is: it is of no use to try each of them alone.
struct PostgresUnavailable: Error {
    let reason: QueueError
}

extension PostgresUnavailable {
    /// What became of a connection before any job used it, as an error that says so.
    static func beforeAnyJob(_ error: any Error) -> any Error {
        guard let failure = error as? PostgresError else {
            return error is PostgresUnavailable ? error : PostgresUnavailable(reason: QueueError(postgres: error))
        }
        switch failure.meaning {
        // Without the code, which could tell of a row that can't be read, or of a lock that one of the jobs wanted.
        case .lost, .again:
            return PostgresError(code: nil, message: failure.description, nextStep: failure.nextStep)
        case .diskFull, .refused, .statement: return PostgresUnavailable(reason: QueueError(postgres: failure))
        }
    }
}
