import Foundation
import NPSQueue

/// What systemd says to a process that it starts, by environment variables (sd_listen_fds(3), sd_notify(3),
/// sd_watchdog_enabled(3)). Other service managers and `systemd-socket-activate` do the same.
package struct SystemdEnvironment: Sendable {
    /// A socket that was opened for this process.
    struct Passed: Sendable, Hashable {
        let descriptor: CInt
        /// `FileDescriptorName=` of its unit; empty where none was given.
        let name: String
    }

    private(set) var sockets: [Passed] = []
    /// Where it is told how this process is; nil for nowhere.
    private(set) var notifySocket: NotifySocket?
    /// How often it wants a sign of life at least; nil for never.
    private(set) var watchdog: Duration?
    /// Which start of the machine this is, in a unit that hides it from `/proc`; nil where none is given.
    private(set) var boot: BootID?
    /// What was ignored, in a sentence each.
    private(set) var complaints: [String] = []

    /// Descriptors begin here (`SD_LISTEN_FDS_START`).
    private static let firstDescriptor: CInt = 3

    private static let names = [
        "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC",
        "NPS_BOOT_ID",
    ]

    /// Whether sockets were opened for this process.
    package var hasSockets: Bool { !sockets.isEmpty }

    /// Nothing.
    package init() {}

    /// - Parameter process: this one's id.
    init(_ variables: [String: String], process: Int32) throws(SettingsError) {
        if let text = variables["NOTIFY_SOCKET"] {
            notifySocket = NotifySocket(text)
            if notifySocket == nil {
                complaints.append("NOTIFY_SOCKET is no path and no abstract name: nobody is notified.")
            }
        }
        boot = variables["NPS_BOOT_ID"].flatMap(BootID.init)
        let watched = variables["WATCHDOG_PID"]
        if watched == nil || watched == "\(process)", let text = variables["WATCHDOG_USEC"] {
            guard let microseconds = Int64(text), microseconds > 0 else {
                throw SettingsError([
                    "WATCHDOG_USEC is no number of microseconds: unset it, or set WatchdogSec= in the unit."
                ])
            }
            watchdog = .microseconds(microseconds)
        }
        guard let intended = variables["LISTEN_PID"], variables["LISTEN_FDS"] != nil else { return }
        guard intended == "\(process)" else {
            complaints.append(
                """
                Sockets were passed to the process \(intended) and not to this one, \(process): start the program without \
                a shell, or by its exec.
                """
            )
            return
        }
        sockets = try Self.sockets(variables)
    }

    private static func sockets(_ variables: [String: String]) throws(SettingsError) -> [Passed] {
        guard let count = variables["LISTEN_FDS"].flatMap({ CInt($0) }), (1...1_000).contains(count) else {
            throw SettingsError([
                "LISTEN_FDS is no number of sockets: unset LISTEN_PID, or pass sockets as sd_listen_fds(3) says."
            ])
        }
        let names = variables["LISTEN_FDNAMES"]?.split(separator: ":", omittingEmptySubsequences: false) ?? []
        guard names.isEmpty || names.count == count else {
            throw SettingsError(["LISTEN_FDNAMES has \(names.count) names for \(count) sockets: each needs one."])
        }
        return (0..<count).map { index in
            Passed(
                descriptor: firstDescriptor + index,
                name: names.isEmpty ? "" : String(names[Int(index)])
            )
        }
    }

    /// Reads the variables and removes them, so that no other program takes them for its own. To be called at the start:
    /// while another thread reads the environment, it can't be changed.
    package static func take() throws(SettingsError) -> SystemdEnvironment {
        let variables = ProcessInfo.processInfo.environment
        for name in names { unsetenv(name) }
        return try SystemdEnvironment(variables, process: getpid())
    }
}
