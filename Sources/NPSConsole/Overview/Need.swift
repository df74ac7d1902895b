import Foundation
import NPSQueue

/// Something that a person has to look after, and where that is done.
struct Need: Sendable, Hashable {
    /// So many are shown at once.
    static let limit = 5

    let sentence: String
    /// What the program itself says about it, in English; nil for nothing.
    let remark: String?
    /// The page where it is dealt with; nil for none.
    let link: String?
    /// Whether answers are lost or late as long as nobody does.
    let isUrgent: Bool
    /// The alerts that say the same.
    let alerts: [String]
    /// The first of them, by whose name the documentation and the rules of Prometheus know the matter; nil without one.
    let alert: String?

    init(
        sentence: String,
        remark: String? = nil,
        link: String? = nil,
        isUrgent: Bool = false,
        alerts: [String] = []
    ) {
        (self.sentence, self.remark, self.link) = (sentence, remark, link)
        (self.isUrgent, self.alerts, alert) = (isUrgent, alerts, alerts.first)
    }

    /// What the overview knows of, the urgent first.
    static func all(_ overview: Overview, _ text: Sentences, _ visit: Visit) -> [Need] {
        var needs: [Need] = []
        if overview.acceptanceProblem != nil {
            needs.append(Need(sentence: text["needRoom"], isUrgent: true, alerts: ["NPSNotAccepting"]))
        }
        if overview.delivery.state == "paused" {
            needs.append(Need(sentence: text["needPaused"], isUrgent: true, alerts: ["NPSDeliveryPaused"]))
        }
        if let books = overview.books { needs += of(books, text, visit) }
        // The one that ends first; the others are counted among what surrounds the collector.
        let worn = overview.certificates.filter { $0.problem != nil }
        if let first = worn.min(by: { $0.expires < $1.expires }) {
            needs.append(
                Need(
                    sentence: text["needCertificate"],
                    remark: first.problem,
                    isUrgent: first.expires <= overview.date,
                    alerts: first.expires <= overview.date
                        ? ["NPSCertificateEnds", "NPSCertificateExpiring"]
                        : ["NPSCertificateExpiring", "NPSCertificateEnds"]
                )
            )
        }
        if let count = overview.lateDeletions, count > 0 {
            let number = text.number(count) + (count < Overview.mostLate ? "" : "+")
            needs.append(Need(sentence: text("needDeletions", ["count": number])))
        }
        let said = Set(needs.flatMap(\.alerts))
        // What holds here is said, and not what holds at another collector by itself. What the books deny is over: an alert
        // ends some seconds later.
        let denied = overview.books.map(Self.denied(by:)) ?? []
        let unsaid = overview.alerts.filter {
            !denied.contains($0.name) && (!$0.collector.isEmpty || !said.contains($0.name))
        }
        needs += of(unsaid, leader: overview.books?.leadership?.name, text, visit)
        return needs.filter(\.isUrgent) + needs.filter { !$0.isUrgent }
    }

    private static func of(_ books: QueueStatus, _ text: Sentences, _ visit: Visit) -> [Need] {
        var needs: [Need] = []
        func add(_ name: String, _ count: Int, at area: Area, isUrgent: Bool = false, as alert: String) {
            guard count > 0 else { return }
            let sentence = text(name, ["count": text.number(count)])
            let link = visit.address(area.path)
            needs.append(Need(sentence: sentence, link: link, isUrgent: isUrgent, alerts: [alert]))
        }
        add("needExpiring", books.parkedExpiry?.count ?? 0, at: .parked, isUrgent: true, as: "NPSParkedExpiring")
        let full = (books.quarantine?.sources ?? []).filter(\.isFull).map(\.source)
        if !full.isEmpty {
            let sentence = text("needNoRoom", ["source": text.some(of: full)])
            let link = visit.address(Area.quarantine.path)
            needs.append(Need(sentence: sentence, link: link, isUrgent: true, alerts: ["NPSQuarantineFull"]))
        }
        if !books.balances { needs.append(Need(sentence: text["needBalance"], isUrgent: true)) }
        add("needParked", books.parked, at: .parked, as: "NPSResponsesParked")
        add("needQuarantined", books.quarantined, at: .quarantine, as: "NPSQuarantineGrowing")
        if let problem = books.clockProblem {
            let remark = problem.description
            needs.append(Need(sentence: text["needClock"], remark: remark, alerts: ["NPSClockNotBelieved"]))
        }
        if let restoration = books.restoration {
            let sentence = text("needRestored", ["at": Moment(restoration.foundAt).text])
            needs.append(Need(sentence: sentence, alerts: ["NPSQueueRestored"]))
        }
        return needs
    }

    /// The alerts that the books say are over.
    private static func denied(by books: QueueStatus) -> Set<String> {
        var names: Set<String> = []
        if books.parked == 0 { names.formUnion(["NPSResponsesParked", "NPSParkedExpiring"]) }
        if books.quarantined == 0 { names.formUnion(["NPSQuarantineGrowing", "NPSQuarantineFull"]) }
        return names
    }

    /// Answers are lost, or wait, as long as nobody does anything.
    private static let urgent: Set = [
        "NPSNotAccepting", "NPSDeliveryPaused", "NPSParkedExpiring", "NPSQuarantineFull", "NPSCertificateEnds",
        "NPSNobodyForwards", "NPSUnreplicatedPromotion",
    ]

    /// One for each kind of alert, however many sources and collectors it is about.
    ///
    /// - Parameter leader: the collector that delivers; nil where that isn't known, or there is one alone.
    private static func of(
        _ alerts: [Overview.Alert],
        leader: String?,
        _ text: Sentences,
        _ visit: Visit
    ) -> [Need] {
        Dictionary(grouping: alerts, by: \.name).sorted { $0.key < $1.key }.map { name, alerts in
            let sources = Set(alerts.map(\.source).filter { !$0.isEmpty }).sorted()
            var collectors = Set(alerts.map(\.collector).filter { !$0.isEmpty }).sorted()
            // Whoever delivers has it, for the whole queue, and knows why.
            if name == "NPSDeliveryPaused", let leader { collectors = [leader] }
            let sentence =
                text.texts["alert" + name] == nil
                ? text["alertOther"] : text("alert" + name, ["source": text.some(of: sources)])
            return Need(
                sentence: collectors.isEmpty
                    ? sentence : sentence + " " + text("alertAt", ["collector": text.some(of: collectors)]),
                link: (areas[name] ?? (sources.isEmpty ? nil : .sources)).map { visit.address($0.path) },
                isUrgent: urgent.contains(name),
                alerts: [name]
            )
        }
    }

    /// Where somebody deals with what an alert is about, other than a source.
    private static let areas: [String: Area] = [
        "NPSResponsesParked": .parked, "NPSParkedExpiring": .parked,
        "NPSQuarantineGrowing": .quarantine, "NPSQuarantineFull": .quarantine,
    ]
}

extension Sentences {
    /// The names, or how many there are of them.
    fileprivate func some(of names: [String]) -> String {
        names.count > 2 ? number(names.count) : names.joined(separator: ", ")
    }
}
