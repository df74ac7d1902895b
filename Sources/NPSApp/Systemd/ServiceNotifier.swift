import Foundation

/// Tells the service manager in which part of its life the collector is, in the order in which that makes sense.
actor ServiceNotifier {
    private enum Phase {
        case starting
        case ready
        case reloading
        case stopping
    }

    private let send: @Sendable (String) async -> Void
    private var phase = Phase.starting
    private var status = ""

    /// - Parameter send: passes one message on.
    init(_ send: @escaping @Sendable (String) async -> Void) {
        self.send = send
    }

    /// Everything listens, and the queue is open.
    func ready() async {
        guard phase == .starting else { return }
        phase = .ready
        await send("READY=1")
    }

    /// Begins to read files again.
    func reloading() async {
        guard phase == .ready else { return }
        phase = .reloading
        await send(
            """
            RELOADING=1
            MONOTONIC_USEC=\(Self.microseconds)
            STATUS=Reading the sources and the certificate again.
            """
        )
    }

    func reloaded() async {
        guard phase == .reloading else { return }
        phase = .ready
        await send("READY=1\nSTATUS=\(status)")
    }

    func stopping() async {
        guard phase != .stopping else { return }
        phase = .stopping
        await send("STOPPING=1\nSTATUS=Answering the requests that are in flight.")
    }

    /// What `systemctl status` shows, in one line. Sent when it has changed.
    func report(_ text: String) async {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        guard line != status else { return }
        status = line
        if phase == .ready { await send("STATUS=\(line)") }
    }

    /// Keeps the watchdog quiet.
    func alive() async { await send("WATCHDOG=1") }

    /// `CLOCK_MONOTONIC`.
    private static var microseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}
