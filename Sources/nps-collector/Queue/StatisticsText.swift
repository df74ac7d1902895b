import Foundation
import NPSModel
import NPSServer

/// The Net Promoter Score in words and tables.
struct StatisticsText {
    private typealias Part = StatisticsReport.Part

    private let report: StatisticsReport
    private let isNarrowed: Bool

    /// - Parameter isNarrowed: whether only some of the answers were asked for.
    init(_ report: StatisticsReport, isNarrowed: Bool) {
        self.report = report
        self.isNarrowed = isNarrowed
    }

    var whole: String {
        guard report.overall.answers > 0 else { return nothing + "\n" }
        var parts = [summary, distribution]
        parts.append(Self.table("week of", report.weeks, nameless: ""))
        if report.surveys.contains(where: { $0.name != nil }) {
            parts.append(Self.table("survey", report.surveys, nameless: "(none)"))
        }
        parts.append(Self.table("source", report.sources, nameless: ""))
        if report.campaigns.contains(where: { $0.name != nil }) {
            parts.append(Self.table("campaign", report.campaigns, nameless: "(none)"))
        }
        return parts.joined(separator: "\n")
    }

    private var nothing: String {
        let which = isNarrowed ? "No such answers were counted" : "No answers were counted"
        return "\(which) from \(report.from) to \(report.to)."
    }

    private var summary: String {
        let all = report.overall
        let answers = all.answers == 1 ? "1 answer" : "\(all.answers) answers"
        var lines = ["NPS \(Self.signed(all.score)), from \(answers), \(report.from) to \(report.to)."]
        lines[0] += " With 95 % certainty it is between \(Self.signed(all.low)) and \(Self.signed(all.high))."
        let groups = [("promoters", all.promoters), ("passives", all.passives), ("detractors", all.detractors)]
        let shares = groups.map { "\($0.1) \($0.0) (\(Self.percent($0.1, of: all.answers)))" }
        lines.append(shares.joined(separator: ", ") + ".")
        if let sentence = caution { lines.append(sentence) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What the number doesn't say by itself.
    private var caution: String? {
        switch report.overall.caveat {
        case nil: nil
        case .fewAnswers:
            """
            With fewer than \(SampleCaveat.enoughAnswers) answers this is a beginning and no score yet: a few people more may \
            turn it.
            """
        case .wideMargin:
            "That is a wide span: a change within it may be chance, and so may a difference between two sources."
        }
    }

    /// The highest score first, as on a ladder.
    private var distribution: String {
        let counts = report.overall.distribution
        let most = max(1, counts.max() ?? 1)
        var table = Table([Table.Column("score", .right), Table.Column("answers", .right), Table.Column("")])
        for (score, count) in counts.enumerated().reversed() {
            table.add(["\(score)", "\(count)", Self.bar(count, of: most)])
        }
        return table.render()
    }

    /// Nothing only for nothing.
    private static func bar(_ count: Int, of most: Int) -> String {
        guard count > 0 else { return "" }
        return String(repeating: "#", count: max(1, Int((Double(count) / Double(most) * 40).rounded())))
    }

    private static func table(_ title: String, _ parts: [Part], nameless: String) -> String {
        var table = Table([
            Table.Column(title), Table.Column("answers", .right), Table.Column("NPS", .right), Table.Column("", .right),
            Table.Column(""),
        ])
        for part in parts {
            let note = part.caveat == .fewAnswers ? "few answers" : ""
            table.add([part.name ?? nameless, "\(part.answers)", signed(part.score), margin(part), note])
        }
        return table.render()
    }

    /// As `+45.0`; empty without an answer.
    private static func signed(_ number: Double?) -> String {
        guard let tenths = number.map({ Tenths($0) }) else { return "" }
        return ["-", "", "+"][tenths.sign + 1] + decimal(tenths)
    }

    private static func margin(_ part: Part) -> String {
        // Of few answers it isn't where the score lies, and what stands beside it says that they are few.
        guard part.caveat != .fewAnswers, let margin = part.marginOfError else { return "" }
        return "± " + decimal(Tenths(margin))
    }

    private static func percent(_ count: Int, of total: Int) -> String {
        decimal(Tenths(percent: count, of: total)) + " %"
    }

    private static func decimal(_ number: Tenths) -> String { "\(number.whole).\(number.tenth)" }
}
