import Testing

@testable import NPSQueue

@Suite("A connection to PostgreSQL that libpq didn't get")
struct PostgresRefusalTests {
    private static let host = "connection to server at \"db.example.com\" (192.0.2.1), port 5432 failed: "

    @Test(
        "is told with the setting to look at, and with nothing that weakens it",
        arguments: [
            (host + "FATAL:  password authentication failed for user \"nps\"\n", "queue.password-file"),
            (host + "fe_sendauth: no password supplied\n", "queue.password-file"),
            (host + "FATAL:  database \"npx\" does not exist\n", "Make that database"),
            (host + "FATAL:  role \"npx\" does not exist\n", "Make that role"),
            (
                host + "server certificate for \"a\" does not match host name \"db.example.com\"\n",
                "as its certificate does"
            ),
            (host + "SSL error: certificate verify failed\n", "sslrootcert"),
            (
                host + "root certificate file \"/x.pem\" does not exist\nEither provide the file, use the system's "
                    + "trusted roots with sslrootcert=system, or change sslmode to disable server certificate "
                    + "verification.\n",
                "as sslrootcert in queue.url"
            ),
            (host + "session is read-only\n", "Name the primary"),
        ]
    )
    func nextStep(message: String, step: String) {
        let error = PostgresError(
            code: PostgresConnection.code(ofRefusal: message),
            message: message,
            nextStep: PostgresRefusal.nextStep(after: message)
        )
        let sentence = "\(QueueError(postgres: error))"
        #expect(sentence.contains(step) && !sentence.contains("that PostgreSQL runs"))
        #expect(!sentence.contains("disable") && !sentence.contains(".."))
    }

    @Test("is told as away where one host is a standby and the other doesn't answer")
    func away() {
        let message = Self.host + "Connection refused\n\tIs the server running on that host?\n"
        #expect(PostgresRefusal.nextStep(after: message + Self.host + "session is read-only\n") == nil)
    }
}
