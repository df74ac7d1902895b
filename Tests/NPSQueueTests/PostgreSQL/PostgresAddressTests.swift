import Testing

@testable import NPSQueue

@Suite("The address of a PostgreSQL")
struct PostgresAddressTests {
    private func parameters(_ text: String) throws -> [String: String] {
        let address = try PostgresAddress(text)
        return Dictionary(uniqueKeysWithValues: address.parameters(lane: "work").map { ($0.name, $0.value) })
    }

    @Test("names the user, any number of hosts with their ports, and the database")
    func parts() throws {
        let found = try parameters("postgres://nps@db1.example.com,db2.example.com:5433,[2001:db8::1]:5434/answers")
        #expect(found["user"] == "nps" && found["dbname"] == "answers")
        #expect(found["host"] == "db1.example.com,db2.example.com,2001:db8::1")
        #expect(found["port"] == "5432,5433,5434")
        #expect(found["target_session_attrs"] == "read-write")
    }

    @Test("a directory with slashes as %2F is that of a socket, which needs no certificate")
    func socket() throws {
        let found = try parameters("postgresql://nps@%2Fvar%2Frun%2Fpostgresql/answers")
        #expect(found["host"] == "/var/run/postgresql")
        #expect(found["sslmode"] == nil)
    }

    @Test(
        "certificates are verified unless every host is this machine",
        arguments: [
            ("postgres://nps@db.example.com/answers", "verify-full"),
            ("postgres://nps@127.0.0.1,db.example.com/answers?sslmode=verify-full", "verify-full"),
            ("postgres://nps@localhost,[::1]/answers", nil),
            ("postgres://nps@localhost/answers?sslmode=require", "require"),
        ] as [(String, String?)]
    )
    func certificates(text: String, mode: String?) throws {
        let found = try parameters(text)
        #expect(found["sslmode"] == mode)
        if mode == "verify-full" { #expect(found["sslrootcert"] == "/etc/ssl/certs/ca-certificates.crt") }
    }

    @Test("a file of certificates may be named")
    func files() throws {
        let found = try parameters("postgres://nps@db.example.com/answers?sslrootcert=%2Fetc%2Fmy-ca.pem")
        #expect(found["sslrootcert"] == "/etc/my-ca.pem")
    }

    @Test(
        "a host's name that no session can be called by is made one, and differs from others that begin so",
        arguments: ["", "büro", "bäro", "a b", String(repeating: "a", count: 41), String(repeating: "a", count: 42)]
    )
    func names(host: String) {
        let name = PostgresAddress.name(from: host)
        #expect(!PostgresAddress.isName(host) && PostgresAddress.isName(name))
        #expect(name != PostgresAddress.name(from: host + "a"))
        #expect(PostgresAddress.name(from: name) == name)
    }

    @Test(
        "what can't be used is refused with a sentence",
        arguments: [
            ("mysql://nps@db/answers", "has to begin with postgres://"), ("postgres://nps@db", "names no database"),
            ("postgres://nps@db/", "its database can't be read"), ("postgres://db/answers", "names no user"),
            ("postgres://nps:secret@db/answers", "queue.password-file"), ("postgres://nps@/answers", "its host"),
            ("postgres://nps@db:0/answers", "port"), ("postgres://nps@db:x/answers", "port"),
            ("postgres://nps@db/answers?sslmode=require", "anybody in between"),
            ("postgres://nps@db/answers?options=-c%20fsync=off", "only sslmode"),
            ("postgres://nps@d%00b/answers", "its host"),
        ]
    )
    func refusals(text: String, words: String) {
        let error = #expect(throws: QueueError.self) { try PostgresAddress(text) }
        #expect(error?.description.contains(words) == true)
        #expect(error?.description.contains("secret") == false)
    }

    @Test("the password is in what libpq gets, and in nothing that is printed")
    func password() throws {
        var address = try PostgresAddress("postgres://nps@db.example.com:5433/answers")
        address.authenticate(with: "secret")
        #expect(address.parameters(lane: "work").contains { $0.name == "password" && $0.value == "secret" })
        var dump = ""
        dump.write("\(address) \(String(reflecting: address))")
        Swift.dump(address, to: &dump)
        #expect(dump.contains("postgres://nps@db.example.com:5433/answers") && !dump.contains("secret"))
    }
}
