import Foundation
import NPSQueue

/// One line about the collector's surroundings.
struct Fact: Sendable, Hashable {
    /// A collector that has said nothing for longer is not at work.
    private static let silence: TimeInterval = 60
    /// So many collectors are named.
    private static let limit = 5

    let name: String
    let value: String

    static func all(_ overview: Overview, _ text: Sentences) -> [Fact] {
        var facts: [Fact] = []
        if let leadership = overview.books?.leadership { facts += of(leadership, at: overview.date, text) }
        if let count = overview.books?.unconfirmed, count > 0 {
            facts.append(Fact(name: text["factUnconfirmed"], value: text.number(count)))
        }
        facts += of(overview.certificates, at: overview.date, text)
        if let disk = overview.disk {
            let sizes = ["free": text.bytes(disk.free), "size": text.bytes(disk.size)] as KeyValuePairs
            facts.append(Fact(name: text["factDisk"], value: text("factFree", sizes)))
        }
        switch overview.backup {
        case .unknown: break
        case .never: facts.append(Fact(name: text["factBackup"], value: text["factNoBackup"]))
        case .made(let date):
            let age = text.duration(overview.date.timeIntervalSince(date))
            facts.append(Fact(name: text["factBackup"], value: text("ago", ["age": age])))
        }
        return facts
    }

    private static func of(_ leadership: Leadership, at date: Date, _ text: Sentences) -> [Fact] {
        let present = leadership.collectors.filter { date.timeIntervalSince($0.seenAt) < silence }.map(\.name)
        let names = present.prefix(limit).joined(separator: ", ")
        let rest = present.count > limit ? " + " + text.number(present.count - limit) : ""
        return [
            Fact(name: text["factLeader"], value: leadership.name ?? text["nobody"]),
            Fact(name: text["factCollectors"], value: names + rest),
        ]
    }

    /// The one that ends first, and how many there are besides.
    private static func of(_ certificates: [Overview.Certificate], at now: Date, _ text: Sentences) -> [Fact] {
        guard let first = certificates.min(by: { $0.expires < $1.expires }) else { return [] }
        let left = text.duration(first.expires.timeIntervalSince(now))
        let date = Moment(first.expires).text
        let value = first.expires > now ? "\(date) (\(left))" : date
        let fact = Fact(name: text("factCertificate", ["name": first.name]), value: value)
        guard certificates.count > 1 else { return [fact] }
        return [fact, Fact(name: text["factMore"], value: text.number(certificates.count - 1))]
    }
}
