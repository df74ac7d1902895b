// X509 imports it, and then structures of C count as its own.
import CoreFoundation
import Foundation

/// What the kernel says of this process, under the names that Prometheus' client libraries have for it. What it doesn't tell
/// is left out.
struct ProcessFigures {
    func write(to page: inout MetricsPage) {
        if let seconds = Self.cpuSeconds { page.add(.processCPU, seconds) }
        // In pages: https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html
        let sizes = Self.numbers(in: "/proc/self/statm")
        if sizes.count > 1 {
            page.add(.processVirtual, sizes[0] * Self.pageSize)
            page.add(.processResident, sizes[1] * Self.pageSize)
        }
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            // Without the one that lists them.
            page.add(.processOpenFiles, max(0, open - 1))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            page.add(.processMostFiles, Double(limit.rlim_cur))
        }
        if let start = Self.start { page.add(.processStart, start) }
    }

    private static let pageSize = Double(max(0, sysconf(Int32(_SC_PAGESIZE))))

    private static var cpuSeconds: Double? { seconds(CLOCK_PROCESS_CPUTIME_ID) }

    private static func seconds(_ clock: clockid_t) -> Double? {
        var time = timespec()
        guard clock_gettime(clock, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }

    /// Read once, since it must not follow a clock that is corrected. The 22nd field of the process's status is the time
    /// from the machine's start to its own, in ticks: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    private static let start: Double? = {
        guard let status = text(of: "/proc/self/stat"), let name = status.lastIndex(of: ")") else { return nil }
        let fields = status[name...].split(separator: " ")
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        guard fields.count > 20, let since = Double(fields[20]), ticks > 0,
            let now = seconds(CLOCK_REALTIME), let uptime = seconds(CLOCK_BOOTTIME)
        else { return nil }
        return ((now - uptime + since / ticks) * 100).rounded() / 100
    }()

    private static func numbers(in path: String) -> [Double] {
        (text(of: path) ?? "").split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    }

    /// Files of the kernel's have no size, which is what some ways to read a file ask for first.
    private static func text(of path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.readToEnd() else { return nil }
        return String(data: data, encoding: .utf8)
    }
}
