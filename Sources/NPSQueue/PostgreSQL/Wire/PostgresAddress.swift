import Crypto
import Foundation
import NPSModel

/// Where a PostgreSQL is and who connects to it: `postgres://user@host1,host2:5433/database`.
///
/// Several hosts are those of one cluster; whichever of them takes writes is used. A directory in the place of a host, with
/// its slashes as `%2F`, is that of a Unix socket. The files of TLS may follow as `?sslrootcert=FILE&sslcert=FILE&sslkey=FILE`.
package struct PostgresAddress: Sendable, Hashable {
    struct Host: Sendable, Hashable {
        let name: String
        let port: Int

        /// Whether nobody but this machine can read what is sent.
        var isLocal: Bool { name.hasPrefix("/") || ["localhost", "127.0.0.1", "::1"].contains(name) }
    }

    let hosts: [Host]
    let user: String
    let database: String
    /// Files for TLS, and `sslmode`, by libpq's names.
    private let options: [String: String]
    /// Never part of the address's text, so that no log or process list has it.
    private var password: String?
    /// The schema that holds the queue's tables; made when it is missing.
    package var schema = "nps"
    /// What this collector is called; in `pg_stat_activity`, and in the table of the books.
    package var name = Self.machineName
    /// What keeps what people write from being readable there.
    package var payloadKeys = PayloadKeys.none

    /// - Throws: `unusableAddress`, whose sentence says what is wrong with the text.
    package init(_ text: String) throws(QueueError) {
        guard let rest = ["postgres://", "postgresql://"].lazy.compactMap({ text.dropping($0) }).first else {
            throw .unusableAddress("it has to begin with postgres://")
        }
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let slash = parts[0].firstIndex(of: "/") else { throw .unusableAddress("it names no database") }
        let authority = parts[0][..<slash].split(separator: "@", omittingEmptySubsequences: false)
        guard authority.count == 2 else { throw .unusableAddress("it names no user before an @") }
        guard !authority[0].contains(":") else {
            throw .unusableAddress("it has a password in it; put that into a file and name it in queue.password-file")
        }
        user = try Self.decoded(authority[0], "user")
        database = try Self.decoded(parts[0][slash...].dropFirst(), "database")
        var hosts: [Host] = []
        for host in authority[1].split(separator: ",", omittingEmptySubsequences: false) {
            hosts.append(try Self.host(host))
        }
        self.hosts = hosts
        options = try Self.options(parts.count > 1 ? parts[1] : "")
        let mode = options["sslmode"]
        if let mode, mode != "verify-full", !hosts.allSatisfy(\.isLocal) {
            throw .unusableAddress("sslmode is \(mode), by which anybody in between could read what people answer")
        }
    }

    /// What a collector is called without a name of its own: this machine's name.
    package static var machineName: String { name(from: hostName()) }

    /// As the machine itself says. To ask for more would ask the network.
    private static func hostName() -> String {
        var name = [UInt8](repeating: 0, count: 256)
        let status = name.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { gethostname($0, text.count - 1) } ?? -1
            }
        }
        return status == 0 ? String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) : "collector"
    }

    /// Whether a collector can be called so: 1 to 40 printable characters of ASCII without spaces. The server shows a session's
    /// name in ASCII only and cuts it after 63, and by that name a collector is found.
    package static func isName(_ text: String) -> Bool {
        (1...longestName).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
    }

    private static let longestName = 40

    private static func isNameByte(_ byte: UInt8) -> Bool { (0x21...0x7e).contains(byte) }

    /// The host's name, or as much of it as can be one, with a digest by which it differs from others that begin so.
    static func name(from host: String) -> String {
        guard !isName(host) else { return host }
        let mark = "-" + Hexadecimal.encode(SHA256.hash(data: Data(host.utf8)), first: 4)
        let start = host.utf8.prefix(longestName - mark.utf8.count).map { isNameByte($0) ? $0 : UInt8(ascii: "-") }
        return String(decoding: start, as: UTF8.self) + mark
    }

    package mutating func authenticate(with password: String) {
        self.password = password
    }

    private static func host(_ text: Substring) throws(QueueError) -> Host {
        // An IPv6 address stands in brackets.
        let bracket = text.lastIndex(of: "]")
        guard let colon = text[(bracket ?? text.startIndex)...].lastIndex(of: ":") else {
            return Host(name: try decoded(unbracketed(text), "host"), port: 5432)
        }
        guard let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port) else {
            throw .unusableAddress("a port isn't a number from 1 to 65535")
        }
        return Host(name: try decoded(unbracketed(text[..<colon]), "host"), port: port)
    }

    private static func unbracketed(_ text: Substring) -> Substring {
        text.hasPrefix("[") && text.hasSuffix("]") ? text.dropFirst().dropLast() : text
    }

    private static func decoded(_ text: Substring, _ what: String) throws(QueueError) -> String {
        guard let decoded = String(text).removingPercentEncoding, !decoded.isEmpty, !decoded.utf8.contains(0) else {
            throw .unusableAddress("its \(what) can't be read")
        }
        return decoded
    }

    private static func options(_ text: Substring) throws(QueueError) -> [String: String] {
        var options: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard ["sslmode", "sslrootcert", "sslcert", "sslkey"].contains(name), parts.count == 2 else {
                throw .unusableAddress("after the ? only sslmode, sslrootcert, sslcert and sslkey may stand")
            }
            options[name] = try decoded(parts[1], name)
        }
        return options
    }
}

extension PostgresAddress {
    /// What libpq connects with, for one of the collector's connections.
    func parameters(lane: String) -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = [
            ("host", hosts.map(\.name).joined(separator: ",")),
            ("port", hosts.map { "\($0.port)" }.joined(separator: ",")),
            ("user", user),
            ("dbname", database),
            ("application_name", "nps-collector/\(name)/\(lane)"),
            ("options", Self.sessionOptions(schema: schema)),
            ("client_encoding", "UTF8"),
            ("connect_timeout", "2"),
            ("target_session_attrs", "read-write"),
            ("gssencmode", "disable"),
            ("keepalives_idle", "2"),
            ("keepalives_interval", "1"),
            ("keepalives_count", "2"),
            ("tcp_user_timeout", "4000"),
        ]
        if let password { parameters.append(("password", password)) }
        var tls = options
        if !hosts.allSatisfy(\.isLocal) {
            tls["sslmode"] = "verify-full"
            tls["sslrootcert"] = tls["sslrootcert"] ?? "/etc/ssl/certs/ca-certificates.crt"
        }
        return parameters + tls.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    /// Plans are made once and never for a table's present size: at first all tables are empty, and a plan from then
    /// would read the whole of a table that has grown.
    private static func sessionOptions(schema: String) -> String {
        [
            "search_path=\(schema)", "statement_timeout=4s", "lock_timeout=2s",
            "idle_in_transaction_session_timeout=3s",
            "tcp_keepalives_idle=2", "tcp_keepalives_interval=1", "tcp_keepalives_count=2", "tcp_user_timeout=4000",
            "jit=off", "plan_cache_mode=force_generic_plan", "enable_seqscan=off", "enable_hashjoin=off",
            "enable_mergejoin=off",
        ]
        .map { "-c \($0)" }.joined(separator: " ")
    }
}

/// For logs: without what only the server needs to know.
extension PostgresAddress: CustomStringConvertible {
    package var description: String {
        let hosts = hosts.map { $0.port == 5432 ? $0.name : "\($0.name):\($0.port)" }.joined(separator: ",")
        return "postgres://\(user)@\(hosts)/\(database)"
    }
}

/// A password is in no dump either.
extension PostgresAddress: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}

extension String {
    /// What follows the prefix; nil without it.
    fileprivate func dropping(_ prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
