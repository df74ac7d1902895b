import NPSModel
import NPSQueue
import NPSServer

/// The status of the queue in words.
struct StatusText {
    private let report: StatusReport

    init(_ report: StatusReport) {
        self.report = report
    }

    /// The books as a table, and below it what a person should know.
    var whole: String {
        let books = report.books
        var table = Table([Table.Column("state"), Table.Column("responses", .right)])
        table.add(["accepted", "\(books.accepted)"])
        table.add(["  pending", "\(books.pending)"])
        table.add(["  sending", "\(books.sending)"])
        table.add(["  delivered", "\(books.delivered)"])
        table.add(["  parked", "\(books.parked)"])
        table.add(["  erased", "\(books.erased)"])
        table.add(["quarantined", "\(books.quarantined)"])
        return table.render() + remarks.map { $0 + "\n" }.joined()
    }

    /// For a log that is written every second.
    var line: String {
        let books = report.books
        let counts = "pending \(books.pending), sending \(books.sending), delivered \(books.delivered)"
        return ([counts + ", parked \(books.parked)."] + acceptance + delivery).joined(separator: " ")
    }

    private var isWaiting: Bool { report.books.pending + report.books.sending > report.books.held }

    private var remarks: [String] {
        let books = report.books
        var remarks = acceptance + delivery
        if books.pending > books.held {
            remarks.append("The oldest has waited for \(Self.duration(books.oldestPendingSeconds)).")
        }
        if books.held > 0 {
            remarks.append("\(books.held) of the pending wait on purpose: a mail scanner may have sent them.")
        }
        if books.parked > 0 { remarks.append("Why responses are parked: nps-collector queue list --parked") }
        if let parkedExpiry { remarks.append(parkedExpiry) }
        if books.unconfirmed > 0 {
            let what = books.unconfirmed == 1 ? "1 erased response" : "\(books.unconfirmed) erased responses"
            remarks.append("Not proven yet to be gone at Planhat: \(what). See nps-collector queue list --unconfirmed")
        }
        if let problem = report.clockProblem { remarks.append(problem) }
        if let restoration = books.restoration { remarks.append("\(restoration)") }
        if let percent = report.upgradedPercent {
            remarks.append(
                "\(percent) % of what an earlier version stored is in this version's form; everything works meanwhile."
            )
        }
        if books.quarantined > 0 {
            remarks.append("Why payloads are in quarantine, and what to do: nps-collector quarantine list")
        }
        remarks += report.quarantine?.sentences ?? []
        if let leadership = books.leadership { remarks.append(Self.sentence(leadership)) }
        return remarks
    }

    /// What will be erased for its age, and how to keep it; nil when nothing is within a week.
    var parkedExpiry: String? {
        guard let expiry = report.books.parkedExpiry else { return nil }
        let count = expiry.count < ParkedExpiry.limit ? "\(expiry.count)" : "\(ParkedExpiry.limit) or more"
        return
            "\(count) of the parked will be erased, from \(Timestamp.format(expiry.from)) on (queue.parked-retention-days), "
            + "those that were parked first: nps-collector queue retry --all sends them again, nps-collector queue export "
            + "--state parked writes them out."
    }

    private var acceptance: [String] {
        report.acceptanceProblem.map { ["No response is accepted: " + $0] } ?? []
    }

    /// Why nothing moves, or how fast it does.
    private var delivery: [String] {
        if report.deliveryState == "paused" { return ["Delivery is paused: " + report.deliverySentence] }
        let isQuiet = ["idle", "elsewhere"].contains(report.deliveryState)
        if report.isHeldUp || (isQuiet && isWaiting) { return [report.deliverySentence] }
        guard isWaiting, report.deliveredLastMinute > 0 else { return [] }
        let pace = "\(report.deliveredLastMinute) delivered in the last minute"
        return [report.secondsLeft.map { "\(pace), about \(Self.duration($0)) left." } ?? pace + "."]
    }

    private static func sentence(_ leadership: Leadership) -> String {
        let names = leadership.collectors.map(\.name).joined(separator: ", ")
        let since = leadership.since.map { " since \(Timestamp.format($0))" } ?? ""
        let leader = leadership.name.map { "\($0) forwards\(since)" } ?? "None of them forwards now"
        return "Collectors on this database: \(names.isEmpty ? "none has said so" : names). \(leader)."
    }

    static func duration(_ seconds: Int) -> String {
        switch seconds {
        case ..<100: "\(seconds) s"
        case ..<6_000: "\((seconds + 30) / 60) min"
        case ..<172_800: "\((seconds + 1_800) / 3_600) h"
        default: "\((seconds + 43_200) / 86_400) days"
        }
    }
}
