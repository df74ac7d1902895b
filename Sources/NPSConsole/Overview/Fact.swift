import Foundation
import NPSQueue

/// One line about the collector's surroundings.
struct Fact: Sendable, Hashable {
    let name: String
    let value: String

    static func all(_ overview: Overview, _ text: Sentences) -> [Fact] {
        var facts: [Fact] = []
        if let leadership = overview.books?.leadership {
            facts.append(Fact(name: text["factLeader"], value: leadership.name ?? text["nobody"]))
            let names = leadership.collectors.map(\.name).joined(separator: ", ")
            facts.append(Fact(name: text["factCollectors"], value: names))
        }
        for certificate in overview.certificates {
            let date = Moment(certificate.expires).text
            let left = text.duration(certificate.expires.timeIntervalSince(overview.date))
            let value = certificate.expires > overview.date ? "\(date) (\(left))" : date
            facts.append(Fact(name: text("factCertificate", ["name": certificate.name]), value: value))
        }
        if let disk = overview.disk {
            let sizes = ["free": text.bytes(disk.free), "size": text.bytes(disk.size)] as KeyValuePairs
            facts.append(Fact(name: text["factDisk"], value: text("factFree", sizes)))
        }
        if let backup = overview.backup {
            let age = text.duration(overview.date.timeIntervalSince(backup.at))
            facts.append(Fact(name: text["factBackup"], value: text("ago", ["age": age])))
        } else if overview.books != nil, overview.books?.leadership == nil {
            facts.append(Fact(name: text["factBackup"], value: text["never"]))
        }
        return facts
    }
}
