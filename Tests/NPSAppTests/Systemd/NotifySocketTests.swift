import Foundation
import NPSServer
import TestSupport
import Testing
import UnixSignals

@testable import NPSApp

@Suite("Telling the service manager")
struct NotifySocketTests {
    /// What a service manager has: a socket for datagrams.
    private final class Receiver: Sendable {
        private let descriptor: CInt

        init(at text: String) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            let descriptor = descriptor
            let address = try #require(UnixAddress(text))
            try #require(address.withPointer { bind(descriptor, $0, $1) } == 0)
        }

        deinit { close(descriptor) }

        func next() -> String {
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
        }
    }

    @Test("works by a path and by an abstract name")
    func kinds() throws {
        let directory = try TemporaryDirectory()
        for text in [directory.path("notify"), "@nps-test-\(UUID().uuidString)"] {
            let receiver = try Receiver(at: text)
            let socket = try #require(NotifySocket(text))
            #expect(socket.send("READY=1"))
            #expect(receiver.next() == "READY=1")
        }
    }

    @Test("fails quietly when nobody is there")
    func absent() {
        #expect(NotifySocket("/nonexistent/notify")?.send("READY=1") == false)
    }
}

@Suite("The parts of the collector's life")
struct ServiceNotifierTests {
    private let sent = Observed<[String]>([])

    private var notifier: ServiceNotifier {
        ServiceNotifier { [sent] message in
            sent.update { $0.append(message) }
            return true
        }
    }

    @Test("are told in their order, the status with them")
    func order() async {
        let notifier = notifier
        // Nobody is told of a reload, or that it is ready again, before it is ready.
        await notifier.reloading()
        await notifier.reloaded()
        await notifier.report("Accepting.")
        #expect(sent.value.isEmpty)
        await notifier.ready()
        await notifier.ready()
        await notifier.report("Two\nlines.")
        await notifier.report("Two lines.")
        await notifier.reloading()
        await notifier.report("Later.")
        await notifier.reloaded()
        await notifier.stopping()
        await notifier.stopping()
        await notifier.report("Nothing.")
        await notifier.reloading()
        let messages = sent.value
        let kinds = messages.map { $0.split(separator: "\n").map { $0.prefix { $0 != "=" } }.joined(separator: " ") }
        let expected = [
            "READY STATUS", "STATUS", "RELOADING MONOTONIC_USEC STATUS", "READY STATUS", "STOPPING STATUS",
        ]
        #expect(kinds == expected)
        #expect(messages[1] == "STATUS=Two lines.")
        #expect(messages[3] == "READY=1\nSTATUS=Later.")
    }

    @Test("what the service manager waits for is repeated until it has heard it")
    func repetition() async {
        let notifier = ServiceNotifier(sleep: { _ in await Task.yield() }) { [sent] message in
            sent.update { messages in
                messages.append(message)
                return messages.count > 3
            }
        }
        await notifier.ready()
        await sent.wait { $0.count == 4 }
        #expect(sent.value == ["READY=1", "READY=1", "READY=1", "READY=1"])
    }

    @Test("a reload is over when everything was read again")
    func reload() async throws {
        let notifier = notifier
        await notifier.ready()
        let signals = AsyncStream<UnixSignal> { continuation in
            continuation.yield(.sighup)
            continuation.finish()
        }
        let renewals: [@Sendable () async -> Void] = ["sources", "certificate"].map { name in
            { [sent] in sent.update { $0.append(name) } }
        }
        try await Reload(signals: signals, notifier: notifier, renewals: renewals).run()
        let begins = sent.value.map { String($0.prefix { $0 != "=" }) }
        #expect(begins == ["READY", "RELOADING", "sources", "certificate", "READY"])
    }
}
