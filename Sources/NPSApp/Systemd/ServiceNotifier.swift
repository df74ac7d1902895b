import Dispatch

/// Tells the service manager in which part of its life the collector is, in the order in which that makes sense. What it
/// waits for is repeated until it has heard it; nothing here is ever waited for.
actor ServiceNotifier {
    private enum Phase {
        case starting
        case ready
        case reloading
        case stopping
    }

    private let send: @Sendable (String) -> Bool
    private let sleep: @Sendable (Duration) async throws -> Void
    private var phase = Phase.starting
    private var status = ""

    /// - Parameter send: passes one message on, and returns whether it was taken.
    init(
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        _ send: @escaping @Sendable (String) -> Bool
    ) {
        self.send = send
        self.sleep = sleep
    }

    /// Everything listens, and the queue is open.
    func ready() {
        guard phase == .starting else { return }
        phase = .ready
        announce()
    }

    /// Begins to read files again.
    func reloading() {
        guard phase == .ready else { return }
        phase = .reloading
        // CLOCK_MONOTONIC.
        let microseconds = DispatchTime.now().uptimeNanoseconds / 1_000
        _ = send(
            """
            RELOADING=1
            MONOTONIC_USEC=\(microseconds)
            STATUS=Reading the sources, the surveys and the certificates again.
            """
        )
    }

    func reloaded() {
        guard phase == .reloading else { return }
        phase = .ready
        announce()
    }

    func stopping() {
        guard phase != .stopping else { return }
        phase = .stopping
        _ = send("STOPPING=1\nSTATUS=Answering the requests that are in flight.")
    }

    /// What `systemctl status` shows, in one line. Sent when it has changed.
    func report(_ text: String) {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        guard line != status else { return }
        status = line
        if phase == .ready { _ = send("STATUS=\(line)") }
    }

    /// Keeps the watchdog quiet.
    func alive() { _ = send("WATCHDOG=1") }

    private var announcement: String { status.isEmpty ? "READY=1" : "READY=1\nSTATUS=\(status)" }

    private func announce() {
        guard !send(announcement) else { return }
        Task {
            repeat {
                try await sleep(.seconds(1))
            } while phase == .ready && !send(announcement)
        }
    }
}
