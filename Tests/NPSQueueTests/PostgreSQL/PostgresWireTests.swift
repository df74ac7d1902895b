import Foundation
import NPSModel
import TestSupport
import Testing

@testable import NPSQueue

@Suite("The connection to PostgreSQL", .enabled(if: TestCluster.shared != nil))
struct PostgresWireTests {
    private func connect(limit: Duration = .seconds(60)) throws -> PostgresConnection {
        let address = try #require(TestCluster.shared).address(schema: "public")
        return try PostgresConnection(address.parameters(lane: "test"), limit: limit)
    }

    private func echo<Value: PostgresValue>(_ value: Value?, as type: String) throws -> Value? {
        try connect().execute(Query("SELECT $1::\(type)"), PostgresParameters(value)).first?.optional(0)
    }

    @Test("what is sent comes back as it was")
    func values() throws {
        for number in [Int64.min, -1, 0, 1, .max] { #expect(try echo(number, as: "int8") == number) }
        #expect(try echo(true, as: "bool") == true && echo(false, as: "bool") == false)
        for text in ["", "Zoë \u{1F600}", "'; DROP TABLE x; --", "a\nb"] { #expect(try echo(text, as: "text") == text) }
        for bytes in [Data(), Data([0, 255, 0])] { #expect(try echo(bytes, as: "bytea") == bytes) }
        let digest = KeyedDigest(rawValue: 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef)
        #expect(try echo(digest, as: "uuid") == digest)
        let id = ResponseID(source: "test", providerID: "1")
        #expect(try echo(id, as: "uuid") == id)
        let time = Milliseconds(rawValue: 1_700_000_000_123)
        #expect(try echo(time, as: "int8") == time)
        #expect(try echo(nil as String?, as: "text") == nil)
    }

    @Test("what a text can't hold is replaced")
    func zero() throws {
        #expect(try echo("a\0b", as: "text") == "a\u{FFFD}b")
    }

    @Test("arrays come back, and NULL in them is told apart from what is empty")
    func arrays() throws {
        #expect(try echo(["a", "", "ü"], as: "text[]") == ["a", "", "ü"])
        #expect(try echo([] as [Int], as: "int8[]") == [])
        var parameters = PostgresParameters()
        parameters.append(array: ["a", nil, ""])
        parameters.append(array: [1, 2, nil] as [Int?])
        let query = Query("SELECT a, b FROM unnest($1::text[], $2::int8[]) AS i(a, b)")
        let rows = try connect().execute(query, parameters).rows.map { row in
            (try row.optional(0) as String?, try row.optional(1) as Int?)
        }
        #expect(rows.map(\.0) == ["a", nil, ""] && rows.map(\.1) == [1, 2, nil])
    }

    @Test("integers of any width are read, and a value of another type is refused")
    func widths() throws {
        let row = try #require(try connect().execute(Query("SELECT 7::int2, -7::int4, 'x'::text, NULL::int8")).first)
        #expect(try row.value(0) as Int == 7)
        #expect(try row.value(1) as Int64 == -7)
        #expect(throws: QueueError.self) { try row.value(2) as Int }
        #expect(throws: QueueError.self) { try row.value(3) as Int }
    }

    @Test("a large answer and a large parameter arrive whole")
    func large() throws {
        let text = String(repeating: "0123456789abcdef", count: 1 << 19)
        #expect(try echo(text, as: "text") == text)
    }

    @Test("an error has the server's code, and the connection goes on")
    func errors() throws {
        let connection = try connect()
        let division = #expect(throws: PostgresError.self) { try connection.run("SELECT 1/0") }
        #expect(division?.code == "22012" && division?.meaning == .statement)
        let syntax = #expect(throws: PostgresError.self) { try connection.execute(Query("SELEKT 1")) }
        #expect(syntax?.code == "42601")
        #expect(try connection.execute(Query("SELECT 1")).first?.value(0) as Int? == 1)
    }

    @Test("an error quotes no value of a statement")
    func quoting() throws {
        let connection = try connect()
        let error = #expect(throws: PostgresError.self) {
            try connection.execute(Query("SELECT $1::text::int8"), PostgresParameters("secret@example.com"))
        }
        #expect(error?.code == "22P02" && error?.description.contains("secret") == false)
    }

    @Test("a statement that fails to be prepared is prepared anew the next time")
    func preparation() throws {
        let connection = try connect()
        let query = Query("SELECT count(*) FROM prepared_later")
        #expect(throws: PostgresError.self) { try connection.execute(query) }
        try connection.run("CREATE TEMP TABLE prepared_later ()")
        #expect(try connection.execute(query).first?.value(0) as Int? == 0)
    }

    @Test("a warning makes the statement fail that brought it, and no other; a notice is nothing")
    func warnings() throws {
        let connection = try connect()
        let warned = #expect(throws: PostgresError.self) {
            try connection.run("DO $$ BEGIN RAISE WARNING 'careful'; END $$")
        }
        #expect(warned?.meaning == .lost && warned?.message.contains("careful") == true)
        let other = try connect()
        try other.run("DO $$ BEGIN RAISE NOTICE 'well'; END $$")
    }

    @Test("a server that doesn't answer in time is given up")
    func deadline() throws {
        let connection = try connect(limit: .milliseconds(50))
        let error = #expect(throws: PostgresError.self) { try connection.run("SELECT pg_sleep(60)") }
        #expect(error?.meaning == .lost && connection.isClosed)
        #expect(throws: PostgresError.self) { try connection.run("SELECT 1") }
    }

    @Test("a session that the server ends is lost, and says so")
    func termination() throws {
        let (connection, other) = (try connect(), try connect())
        try other.execute(Query("SELECT pg_terminate_backend($1::int8::int4)"), PostgresParameters(connection.process))
        let error = #expect(throws: PostgresError.self) {
            // The signal may arrive after the first statement.
            while true { try connection.run("SELECT 1") }
        }
        #expect(error?.meaning == .lost && connection.isClosed)
    }

    @Test(
        "of an error after which the connection breaks, neither details nor values are quoted",
        arguments: [true, false]
    )
    func brokenOff(isValue: Bool) throws {
        let directory = try TemporaryDirectory()
        let answer =
            isValue
            ? FakePostgres.error("SERROR", "VERROR", "C22P02", "Minvalid input: \"secret\"")
            : FakePostgres.error("SERROR", "VERROR", "C55000", "Mcan't", "DFailing row contains (secret).")
        let server = try FakePostgres(in: directory.url, answer: answer)
        try withExtendedLifetime(server) {
            let connection = try PostgresConnection([("host", directory.url.path), ("user", "x"), ("dbname", "x")])
            let error = #expect(throws: PostgresError.self) { try connection.run("SELECT 1") }
            #expect(error?.code == (isValue ? "22P02" : "55000") && error?.description.contains("secret") == false)
            #expect(connection.isClosed)
        }
    }

    @Test(
        "why a server lets nobody in is told by its words, and what passes by itself isn't taken for lasting",
        arguments: [
            ("database \"x\" does not exist", "3D000"), ("role \"x\" does not exist", "3D000"),
            ("role \"x\" is not permitted to log in", "28000"),
            ("password authentication failed for user \"x\"", "28000"),
            ("permission denied for database \"x\"", "42501"), ("unsupported startup parameter: options", "28000"),
            ("database \"x\" is not currently accepting connections", nil),
            ("the database system is starting up", nil), ("sorry, too many clients already", nil),
        ] as [(String, String?)]
    )
    func refusals(text: String, code: String?) {
        let message = "connection to server on socket \"/x\" failed: FATAL:  \(text)\n"
        #expect(PostgresConnection.code(ofRefusal: message) == code)
    }

    @Test("what libpq asks is left out, and the sentence that quotes its answer goes on as one")
    func punctuation() {
        let away = "connection to server at \"x\" failed: Connection refused\n\tIs the server running on that host?\n"
        let denied = "FATAL:  permission denied for database \"x\"\nDETAIL:  User does not have CONNECT privilege.\n"
        #expect(
            PostgresError(code: nil, message: away).message
                == "connection to server at \"x\" failed: Connection refused"
        )
        let message = PostgresError(code: "42501", message: denied).message
        #expect(
            message == "FATAL:  permission denied for database \"x\"; DETAIL:  User does not have CONNECT privilege"
        )
    }

    @Test("where there is no server, or no such database, an error says which it is")
    func absence() throws {
        var address = try PostgresAddress("postgres://nobody@%2Fnonexistent/nps")
        address.authenticate(with: "secret")
        let absent = #expect(throws: PostgresError.self) { try PostgresConnection(address.parameters(lane: "test")) }
        #expect(absent?.meaning == .lost && absent?.message.contains("secret") == false)
        let cluster = try #require(TestCluster.shared)
        var parameters = try cluster.address(schema: "public").parameters(lane: "test")
        parameters.append(("dbname", "nonexistent"))
        let refused = #expect(throws: PostgresError.self) { try PostgresConnection(parameters) }
        #expect(refused?.meaning == .refused)
    }

    @Test(
        "a code of the server's tells what follows",
        arguments: [
            (nil, .lost), ("08006", .lost), ("57P01", .lost), ("25006", .lost), ("53300", .lost), ("XX000", .lost),
            ("26000", .lost), ("0A000", .lost), ("40001", .again), ("40P01", .again), ("55P03", .again),
            ("57014", .again), ("53100", .diskFull), ("28P01", .refused), ("3D000", .refused), ("42501", .refused),
            ("23505", .statement),
            ("42P01", .statement), ("22P02", .statement),
        ] as [(String?, PostgresError.Meaning)]
    )
    func meanings(code: String?, meaning: PostgresError.Meaning) {
        #expect(PostgresError(code: code, message: "").meaning == meaning)
    }
}
