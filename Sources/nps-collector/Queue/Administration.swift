import NPSApp

/// Runs a question to the running collector; what goes wrong ends the program with the fitting code.
enum Administration {
    static func ask<Answer>(_ question: (AdminClient) async throws(AdminError) -> Answer) async throws -> Answer {
        let settings = try await CommandLineSettings.load()
        do {
            return try await question(AdminClient(settings: settings))
        } catch {
            switch error {
            case .missingToken: throw Stop(.configuration, error.description)
            case .unreachable: throw Stop(.unreachable, error.description)
            case .refused, .unreadable: throw Stop(.failure, error.description)
            }
        }
    }
}
