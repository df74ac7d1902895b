extension QueueError {
    /// The error of any layer as one of the queue's.
    init(postgres error: any Error) {
        switch error {
        case let error as QueueError: self = error
        case let error as PostgresUnavailable: self = error.reason
        case let error as PostgresError where error.meaning == .diskFull: self = .diskFull
        case let error as PostgresError where error.meaning == .refused:
            self = .unsuitableDatabase(error.nextStep.map { "\(error). \($0)" } ?? "\(error)")
        case let error as PostgresError:
            self = error.nextStep.map { .database("\(error)", nextStep: $0) } ?? .database("\(error)")
        default: self = .database("an unexpected error of type \(type(of: error))")
        }
    }
}
