import Foundation
import NPSQueue

/// Something that a person has to look after, and where that is done.
struct Need: Sendable, Hashable {
    /// So many are shown at once. More are rare, and mostly follow from the first.
    static let limit = 6

    let sentence: String
    /// What the program itself says about it, in English; nil for nothing.
    var remark: String?
    /// The page where it is dealt with; nil for none.
    var link: String?
    /// Whether answers are lost or late as long as nobody does.
    var isUrgent = false

    /// What the overview knows of, the urgent first.
    static func all(_ overview: Overview, _ text: Sentences, _ visit: Visit) -> [Need] {
        var needs: [Need] = []
        if overview.acceptanceProblem != nil { needs.append(Need(sentence: text["needRoom"], isUrgent: true)) }
        if overview.delivery.state == "paused" { needs.append(Need(sentence: text["needPaused"], isUrgent: true)) }
        if let books = overview.books { needs += of(books, text, visit) }
        needs += overview.certificates.compactMap { certificate in
            certificate.problem.map { Need(sentence: text["needCertificate"], remark: $0) }
        }
        needs += overview.alerts.compactMap { alert($0, text) }
        return needs.filter(\.isUrgent) + needs.filter { !$0.isUrgent }
    }

    private static func of(_ books: QueueStatus, _ text: Sentences, _ visit: Visit) -> [Need] {
        var needs: [Need] = []
        func add(_ name: String, _ count: Int, at area: Area, isUrgent: Bool = false) {
            guard count > 0 else { return }
            let sentence = text(name, ["count": text.number(count)])
            needs.append(Need(sentence: sentence, link: visit.address(area.path), isUrgent: isUrgent))
        }
        add("needExpiring", books.parkedExpiry?.count ?? 0, at: .parked, isUrgent: true)
        let full = (books.quarantine?.sources ?? []).filter(\.isFull)
        for source in full {
            let sentence = text("needNoRoom", ["source": source.source])
            needs.append(Need(sentence: sentence, link: visit.address(Area.quarantine.path), isUrgent: true))
        }
        if !books.balances { needs.append(Need(sentence: text["needBalance"], isUrgent: true)) }
        add("needParked", books.parked, at: .parked)
        add("needQuarantined", books.quarantined, at: .quarantine)
        if let problem = books.clockProblem {
            needs.append(Need(sentence: text["needClock"], remark: problem.description))
        }
        if let restoration = books.restoration {
            needs.append(Need(sentence: text("needRestored", ["at": Moment(restoration.foundAt).text])))
        }
        return needs
    }

    /// Alerts that say the same as something above.
    private static let told: Set = [
        "NPSNotAccepting", "NPSDeliveryPaused", "NPSResponsesParked", "NPSParkedExpiring", "NPSQuarantineGrowing",
        "NPSQuarantineFull", "NPSCertificateExpiring", "NPSCertificateEnds", "NPSClockNotBelieved", "NPSQueueRestored",
    ]

    /// - Parameter alert: its name, and the source that it is about, if there is one.
    private static func alert(_ alert: String, _ text: Sentences) -> Need? {
        let parts = alert.split(separator: " ", maxSplits: 1).map(String.init)
        guard let name = parts.first, !told.contains(name) else { return nil }
        let source = parts.count > 1 ? parts[1] : ""
        guard text.texts["alert" + name] != nil else {
            return Need(sentence: text("alertOther", ["name": alert]))
        }
        return Need(sentence: text("alert" + name, ["source": source]))
    }
}
