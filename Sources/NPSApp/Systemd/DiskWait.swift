import Foundation

/// Whether a thread of this process is in the kernel and can't be interrupted there, as during fsync(2) (`D`, proc(5)).
enum DiskWait {
    /// True as well where the kernel doesn't say.
    static var isAny: Bool {
        let tasks = "/proc/self/task"
        guard let threads = try? FileManager.default.contentsOfDirectory(atPath: tasks) else { return true }
        return threads.contains { thread in
            guard let data = FileManager.default.contents(atPath: "\(tasks)/\(thread)/stat") else { return false }
            return state(in: data) == UInt8(ascii: "D")
        }
    }

    /// What stands behind the name, which may have any characters, parentheses among them.
    static func state(in stat: Data) -> UInt8? {
        guard let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        return stat[end...].dropFirst(2).first
    }
}
