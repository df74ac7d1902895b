/// What a person can do about a connection that libpq didn't get.
///
/// libpq tells no code for it, so the reason is known by its words, as far as they are in English.
enum PostgresRefusal {
    private static let steps: [(words: String, nextStep: String)] = [
        ("root certificate file", "Name a file of certificates that this user can read as sslrootcert in queue.url"),
        (
            "does not match host name",
            "Name the server in queue.url as its certificate does, or give it a certificate for that name"
        ),
        (
            "certificate verify failed",
            "Check that the server's certificate is valid today, and name the file of the authority that signed it as "
                + "sslrootcert in queue.url"
        ),
        ("no password supplied", "Put that user's password into a file, and name it in queue.password-file"),
        (
            "password authentication failed",
            "Check the user in queue.url and the password in the file that queue.password-file names"
        ),
        ("no pg_hba.conf entry", "Let that user in from this machine in the server's pg_hba.conf"),
        ("not permitted to log in", "Give that role LOGIN, or name another user in queue.url"),
        ("permission denied for database", "GRANT CONNECT on that database to the user in queue.url"),
    ]

    /// Without a full stop; nil where nothing more can be said than to look whether the server runs.
    static func nextStep(after message: String) -> String? {
        if let step = steps.first(where: { message.contains($0.words) }) { return step.nextStep }
        let lines = message.split(whereSeparator: \.isNewline)
        if let missing = lines.first(where: { $0.contains("FATAL:") && $0.hasSuffix("does not exist") }) {
            return missing.contains("role \"")
                ? "Make that role, or name another user in queue.url"
                : "Make that database, or name another in queue.url"
        }
        // Of several hosts, one that is away may be the one that takes writes.
        let hosts = lines.filter { $0.contains("connection to server") }
        guard !hosts.isEmpty, hosts.allSatisfy({ $0.contains("session is read-only") }) else { return nil }
        return "Name the primary in queue.url, too: what it names are standbys, or take no writes from this user"
    }
}
