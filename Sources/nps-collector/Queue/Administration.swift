import NPSApp

/// Runs a question to the running collector; what goes wrong ends the program with the fitting code.
enum Administration {
    static func ask<Answer>(_ question: (AdminClient) async throws(AdminError) -> Answer) async throws -> Answer {
        let settings = try await CommandLineSettings.load()
        do {
            return try await question(AdminClient(settings: settings))
        } catch {
            throw stop(for: error)
        }
    }

    static func stop(for error: AdminError) -> Stop {
        switch error {
        case .missingToken: Stop(.configuration, error.description)
        case .unreachable: Stop(.unreachable, error.description)
        case .refused, .unreadable: Stop(.failure, error.description)
        }
    }
}
