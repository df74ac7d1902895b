import NPSServer
import TestSupport
import Testing

@testable import NPSApp

@Suite("What systemd passes")
struct SystemdEnvironmentTests {
    private typealias Passed = SystemdEnvironment.Passed

    private func problem(_ variables: [String: String]) -> String? {
        do throws(SettingsError) {
            _ = try SystemdEnvironment(variables, process: 7)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("is nothing when it didn't start the process")
    func nothing() throws {
        let environment = try SystemdEnvironment(["HOME": "/"], process: 7)
        #expect(environment.sockets.isEmpty && environment.complaints.isEmpty)
        #expect(environment.notifySocket == nil)
        #expect(environment.watchdog == nil)
    }

    @Test("are sockets from descriptor 3 on, each with its name")
    func sockets() throws {
        let variables = ["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "public:redirect"]
        let environment = try SystemdEnvironment(variables, process: 7)
        let passed = [Passed(descriptor: 3, name: "public"), Passed(descriptor: 4, name: "redirect")]
        #expect(environment.sockets == passed)
        let unnamed = try SystemdEnvironment(["LISTEN_PID": "7", "LISTEN_FDS": "1"], process: 7)
        #expect(unnamed.sockets == [Passed(descriptor: 3, name: "")])
    }

    @Test("that is meant for another process is left alone, which is said")
    func stranger() throws {
        let environment = try SystemdEnvironment(
            ["LISTEN_PID": "6", "LISTEN_FDS": "1", "WATCHDOG_PID": "6", "WATCHDOG_USEC": "1"],
            process: 7
        )
        #expect(environment.sockets.isEmpty)
        #expect(environment.watchdog == nil)
        #expect(environment.complaints.count == 1)
    }

    @Test("says how often it wants a sign of life", arguments: [nil, "7"])
    func watchdog(process: String?) throws {
        var variables = ["WATCHDOG_USEC": "30000000"]
        variables["WATCHDOG_PID"] = process
        #expect(try SystemdEnvironment(variables, process: 7).watchdog == .seconds(30))
    }

    @Test("says which start of the machine this is")
    func boot() throws {
        for (text, isUnderstood) in [(String(repeating: "7", count: 32), true), ("%b", false)] {
            #expect((try SystemdEnvironment(["NPS_BOOT_ID": text], process: 7).boot != nil) == isUnderstood)
        }
    }

    @Test("and makes no sense is refused", arguments: ["", "x", "0", "-1", "99999999999", "2"])
    func nonsense(count: String) {
        let variables = ["LISTEN_PID": "7", "LISTEN_FDS": count, "LISTEN_FDNAMES": "public"]
        #expect(problem(variables)?.contains("LISTEN_FD") == true)
        #expect(problem(["WATCHDOG_USEC": count == "2" ? "1.5" : count == "99999999999" ? "" : count]) != nil)
    }

    @Test("may tell to notify a path or an abstract name, and nothing else")
    func notifySocket() throws {
        for (text, isUnderstood) in [("/run/notify", true), ("@notify", true), ("vsock:2:1", false), ("", false)] {
            let environment = try SystemdEnvironment(["NOTIFY_SOCKET": text], process: 7)
            #expect((environment.notifySocket != nil) == isUnderstood)
            #expect(environment.complaints.isEmpty == isUnderstood)
        }
    }
}

@Suite("Sockets for the listeners")
struct ListenerSocketsTests {
    private typealias Passed = SystemdEnvironment.Passed

    private func problem(_ passed: [Passed]) -> String? {
        do throws(SettingsError) {
            _ = try ListenerSockets(passed)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("go by their names, and one without a name is the public one's", arguments: ["", "unknown", "public"])
    func names(name: String) throws {
        let (first, second) = (try ListeningSocket(), try ListeningSocket())
        let alone = try ListenerSockets([Passed(descriptor: first.descriptor, name: name)])
        #expect(alone[.public].map(\.port) == [first.port])
        let sockets = try ListenerSockets([
            Passed(descriptor: first.descriptor, name: "admin"),
            Passed(descriptor: second.descriptor, name: "redirect"),
        ])
        #expect(sockets[.public].isEmpty)
        #expect(sockets[.admin].map(\.port) == [first.port])
        #expect(sockets[.redirect].map(\.port) == [second.port])
        #expect(sockets.addresses(.public, or: .hostname("::1", port: 1)) == [.hostname("::1", port: 1)])
        #expect(sockets.addresses(.admin, or: .hostname("::1", port: 1)) == sockets[.admin].map { .inherited($0) })
    }

    @Test("may be several for one listener")
    func several() throws {
        let (first, second) = (try ListeningSocket(), try ListeningSocket())
        let passed = [first, second].map { Passed(descriptor: $0.descriptor, name: "public") }
        #expect(try ListenerSockets(passed)[.public].count == 2)
    }

    @Test("are refused all at once, with what to change")
    func refused() throws {
        let (socket, bound) = (try ListeningSocket(), try ListeningSocket(isListening: false))
        let said = problem([
            Passed(descriptor: socket.descriptor, name: "nps-collector.socket"),
            Passed(descriptor: bound.descriptor, name: "public"),
        ])
        #expect(said?.contains("\"nps-collector.socket\": in its socket unit, set FileDescriptorName=") == true)
        #expect(said?.contains("doesn't listen") == true)
    }
}
