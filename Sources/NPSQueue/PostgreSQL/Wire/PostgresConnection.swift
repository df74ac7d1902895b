import CPostgres
import Foundation

/// One connection to a PostgreSQL server, with the statements that are prepared on it. To be used by one thread at a time.
///
/// Every wait has a deadline of its own: the server's `statement_timeout` doesn't end a commit that waits for a standby,
/// and no time limit of TCP ends the wait for a server that only answers keepalives.
final class PostgresConnection {
    /// What the server warned of since the statement was sent. libpq reports it while it reads the answer, on the same
    /// thread.
    private final class Warnings {
        let libpq: LibpqFunctions
        var last: PostgresError?

        init(_ libpq: LibpqFunctions) {
            self.libpq = libpq
        }
    }

    private let libpq: LibpqFunctions
    private let handle: OpaquePointer
    private let warnings: Warnings
    private let limit: Duration
    private var prepared: Set<Int> = []
    private(set) var isClosed = false
    /// Whether the server's commits wait for a standby, as far as is known; see ``assertCommitsEnd()``.
    var waitsForStandby = false
    /// How many statements were run.
    private(set) var statements = 0

    /// Connects, which takes as long as `connect_timeout` allows for each host.
    ///
    /// - Parameters:
    ///   - parameters: libpq's, by their names.
    ///   - limit: how long a statement may take, its answer included.
    /// - Throws: `PostgresError`, or `missingLibrary` where libpq can't be loaded.
    init(_ parameters: [(name: String, value: String)], limit: Duration = .seconds(5)) throws {
        let libpq = try Libpq.functions.get()
        let names = parameters.map { strdup($0.name) }
        let values = parameters.map { strdup($0.value) }
        defer { for copy in names + values { free(copy) } }
        let opened = libpq.PQconnectdbParams(
            names.map { UnsafePointer($0) } + [nil],
            values.map { UnsafePointer($0) } + [nil],
            0
        )
        guard let opened else { throw PostgresError(code: nil, message: "there is no memory for a connection") }
        handle = opened
        self.libpq = libpq
        warnings = Warnings(libpq)
        self.limit = limit
        guard libpq.PQstatus(opened) == CONNECTION_OK, libpq.PQsetnonblocking(opened, 1) == 0 else {
            let message = libpq.PQerrorMessage(opened).map { String(cString: $0) } ?? "there is no connection"
            let code = libpq.PQconnectionNeedsPassword(opened) != 0 ? "28P01" : Self.code(ofRefusal: message)
            libpq.PQfinish(opened)
            isClosed = true
            if Self.isOfPooler(message) { throw PostgresError(code: code, message: Self.pooler) }
            throw PostgresError(code: code, message: message, nextStep: PostgresRefusal.nextStep(after: message))
        }
        // Details quote rows.
        _ = libpq.PQsetErrorVerbosity(opened, PQERRORS_TERSE)
        _ = libpq.PQsetNoticeReceiver(
            opened,
            { context, result in
                guard let context, let result else { return }
                let warnings = Unmanaged<Warnings>.fromOpaque(context).takeUnretainedValue()
                guard warnings.libpq.field("V", of: result) == "WARNING" else { return }
                warnings.last = warnings.libpq.error(of: result)
            },
            Unmanaged.passUnretained(warnings).toOpaque()
        )
    }

    deinit { close() }

    /// Idempotent. A transaction that wasn't committed is rolled back by the server.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        libpq.PQfinish(handle)
    }

    /// The number of the server's process, as the server told it when the connection was made.
    var process: Int { Int(libpq.PQbackendPID(handle)) }

    /// As a number, such as 150020 for 15.20.
    var serverVersion: Int { Int(libpq.PQserverVersion(handle)) }

    /// Runs a statement, which stays prepared. The answer's rows are all in memory on return.
    ///
    /// After an error whose meaning is `lost` the connection is closed.
    @discardableResult
    func execute(
        _ query: Query,
        _ parameters: PostgresParameters = PostgresParameters()
    ) throws(PostgresError) -> PostgresResult {
        guard parameters.size <= Int(Int32.max) else {
            throw PostgresError(code: "54000", message: "what was to be stored is larger than a statement can be")
        }
        let name = "q\(query.number)"
        if !prepared.contains(query.number) {
            _ = try perform { libpq.PQsendPrepare(handle, name, query.text, 0, nil) }
            prepared.insert(query.number)
        }
        return try perform {
            parameters.withPointers { values, lengths, formats in
                libpq.PQsendQueryPrepared(handle, name, CInt(clamping: values.count), values, lengths, formats, 1)
            }
        }
    }

    /// Runs statements without parameters, separated by semicolons, and returns the rows of the last. They aren't kept
    /// prepared.
    ///
    /// - Parameter limit: nil for the connection's.
    @discardableResult
    func run(_ text: String, within limit: Duration? = nil) throws(PostgresError) -> PostgresResult {
        try perform(within: limit) { libpq.PQsendQuery(handle, text) }
    }
}

extension PostgresConnection {
    private func perform(within limit: Duration? = nil, _ send: () -> CInt) throws(PostgresError) -> PostgresResult {
        guard !isClosed else { throw PostgresError(code: nil, message: "the connection is closed") }
        warnings.last = nil
        statements += 1
        do throws(PostgresError) {
            guard send() == 1 else { throw lost() }
            return try answer(by: .now + (limit ?? self.limit))
        } catch {
            if error.meaning == .lost { close() }
            guard error.code == PostgresError.lockTimeout else { throw error }
            // This connection may be older than the setting by which commits wait.
            let usual = "Another session keeps a lock, or a commit waits for a standby: see pg_stat_activity"
            throw PostgresError(code: error.code, message: error.message, nextStep: waitNextStep ?? usual)
        }
    }

    /// Reads all results of what was sent, and returns the last or throws the first error.
    private func answer(by deadline: ContinuousClock.Instant) throws(PostgresError) -> PostgresResult {
        try flush(by: deadline)
        var last: PostgresResult?
        var failure: PostgresError?
        while true {
            do throws(PostgresError) {
                while libpq.PQisBusy(handle) != 0 { try receive(by: deadline) }
            } catch {
                close()
                // The server may have said why.
                throw failure ?? error
            }
            guard let result = libpq.PQgetResult(handle) else { break }
            let (status, error) = (libpq.PQresultStatus(result), libpq.error(of: result))
            let taken = PostgresResult(result, of: libpq)
            switch status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK: last = taken
            default: failure = failure ?? error
            }
        }
        if let failure { throw failure }
        // A commit whose wait for the standby was cancelled is reported as done, with this as the only sign.
        if let warning = warnings.last { throw PostgresError(code: nil, message: "the server warned: \(warning)") }
        guard let last else { throw lost() }
        return last
    }

    /// The server may send so much that it stops reading until that is received.
    private func flush(by deadline: ContinuousClock.Instant) throws(PostgresError) {
        while true {
            switch libpq.PQflush(handle) {
            case 0: return
            case 1:
                let events = try wait(for: POLLIN | POLLOUT, by: deadline)
                if events & POLLIN != 0, libpq.PQconsumeInput(handle) == 0 { throw lost() }
            default: throw lost()
            }
        }
    }

    private func receive(by deadline: ContinuousClock.Instant) throws(PostgresError) {
        _ = try wait(for: POLLIN, by: deadline)
        if libpq.PQconsumeInput(handle) == 0 { throw lost() }
    }

    /// Returns which of the events occurred; any, when the connection has broken.
    private func wait(for events: Int32, by deadline: ContinuousClock.Instant) throws(PostgresError) -> Int32 {
        while true {
            let rest = (deadline - .now) / .milliseconds(1)
            guard rest > 0 else { throw hanging("the server did not answer in time") }
            var entry = pollfd(fd: libpq.PQsocket(handle), events: Int16(truncatingIfNeeded: events), revents: 0)
            let count = poll(&entry, 1, Int32(min(rest.rounded(.up), 60_000)))
            let found = Int32(entry.revents)
            if count > 0 { return found & ~events == 0 ? found : events }
            if count < 0, errno != EINTR { throw PostgresError(code: nil, message: "poll failed, errno \(errno)") }
        }
    }

    /// The error for what lasted too long, which may be a commit.
    func hanging(_ what: String) -> PostgresError {
        PostgresError(code: nil, message: what, nextStep: waitNextStep)
    }

    private var waitNextStep: String? {
        guard waitsForStandby else { return nil }
        return "Its commits wait for a standby: check that it answers, and that this machine reaches PostgreSQL"
    }

    /// libpq's own text isn't used: it has everything in it that the server said of the statement, which may quote it.
    private func lost() -> PostgresError { PostgresError(code: nil, message: "the connection was lost") }

    /// What pgbouncer says, as it comes, to a client that wants a session of its own kind.
    private static func isOfPooler(_ message: String) -> Bool { message.contains("unsupported startup parameter") }

    /// libpq tells no code for a connection that the server refused; what needs a person is told by its words, as far as
    /// they are in English. What isn't recognised is taken for what passes by itself.
    static func code(ofRefusal message: String) -> String? {
        let refusals = [
            "authentication failed", "no password supplied", "no pg_hba.conf entry", "not permitted to log in",
            // A file of the settings; what it's for comes from libpq.
            "root certificate file",
        ]
        if refusals.contains(where: { message.contains($0) }) { return "28000" }
        if message.contains("permission denied for database") { return "42501" }
        if isOfPooler(message) { return "28000" }
        let isMissing = message.split(whereSeparator: \.isNewline).contains { line in
            line.contains("FATAL:") && line.hasSuffix("does not exist")
        }
        return isMissing ? "3D000" : nil
    }
}

extension LibpqFunctions {
    /// The fields' names are macros that Swift doesn't import: `C` is the code, `M` the primary message, `V` the severity
    /// in English. The other parts of a message may quote rows.
    fileprivate func field(_ name: Unicode.Scalar, of result: OpaquePointer) -> String? {
        PQresultErrorField(result, CInt(name.value)).map { String(cString: $0) }
    }

    fileprivate func error(of result: OpaquePointer) -> PostgresError {
        guard let code = field("C", of: result) else {
            // By libpq itself, whose text has in it what the server said before.
            return PostgresError(code: nil, message: "the connection was lost")
        }
        return PostgresError(code: code, message: field("M", of: result) ?? "the server gave no reason")
    }
}
