import Foundation
import GRDB
import NPSModel

/// Decides what a write does, from a snapshot alone: it collects the rows to write and lets later items of the same
/// request see the earlier ones.
struct RecordWriter {
    private(set) var snapshot: Snapshot
    private(set) var changes: [RecordChange] = []
    let behaviour: Behaviour
    private let ids: ObjectIDSource
    private let now: Date

    init(_ snapshot: Snapshot, behaviour: Behaviour, ids: ObjectIDSource, now: Date) {
        self.snapshot = snapshot
        self.behaviour = behaviour
        self.ids = ids
        self.now = now
    }

    /// Nil when the request is ignored (``Behaviour/UnknownContact/ignore``).
    mutating func create(_ patch: RecordPatch) throws(Rejection) -> StoredRecord? {
        guard let email = patch.email else { throw .badRequest("email is required") }
        guard let score = patch.score else { throw .badRequest("score is required") }
        var record = StoredRecord(id: ids.next(at: now), email: email.address, score: score)
        patch.apply(to: &record)
        record.dateAnswered = record.dateAnswered ?? Timestamp.format(now)
        switch try link(of: email, company: record.cId) {
        case .ignored: return nil
        case .unlinked: break
        case .linked(let enduser):
            record.euId = enduser.id
            record.cId = enduser.cId
        }
        changes.append(.add(record))
        snapshot.remember(record)
        return record
    }

    /// Nil when nothing would change. Another address doesn't move the record to another enduser.
    mutating func update(_ record: StoredRecord, with patch: RecordPatch) -> StoredRecord? {
        var changed = record
        patch.apply(to: &changed)
        guard changed != record else { return nil }
        changes.append(.replace(changed))
        snapshot.remember(changed)
        return changed
    }
}

extension RecordWriter {
    private enum Link {
        case linked(Enduser)
        case unlinked
        case ignored
    }

    /// The order that Planhat describes: the company that was named, then a known address, then the domain.
    private mutating func link(of email: EmailAddress, company: String?) throws(Rejection) -> Link {
        let address = email.address.lowercased()
        let known = snapshot.endusers[address, default: []]
        if let company {
            return .linked(known.first { $0.cId == company } ?? addEnduser(address, company: company))
        }
        if let enduser = known.first { return .linked(enduser) }
        if let company = snapshot.companies[email.asciiDomain] {
            return .linked(addEnduser(address, company: company))
        }
        switch behaviour.unknownContact {
        case .domainCreate: return .linked(addEnduser(address, company: addCompany(email.asciiDomain)))
        case .storeUnlinked: return .unlinked
        case .ignore: return .ignored
        case .reject: throw .badRequest("email belongs to no enduser and to no company")
        }
    }

    private mutating func addEnduser(_ address: String, company: String) -> Enduser {
        let enduser = Enduser(id: ids.next(at: now), email: address, cId: company)
        changes.append(.addEnduser(enduser))
        snapshot.endusers[address, default: []].append(enduser)
        return enduser
    }

    private mutating func addCompany(_ domain: String) -> String {
        let company = Company(id: ids.next(at: now), name: domain, domains: [domain])
        changes.append(.addCompany(company))
        snapshot.companies[domain] = company.id
        return company.id
    }
}

/// One row to write.
enum RecordChange: Sendable, Hashable {
    case addCompany(Company)
    case addEnduser(Enduser)
    case add(StoredRecord)
    case replace(StoredRecord)

    func apply(to db: Database) throws {
        switch self {
        case .addCompany(let company): try company.save(to: db)
        case .addEnduser(let enduser): try enduser.insert(db)
        case .add(let record): try record.insert(db)
        // A record that was deleted between match and write stays deleted.
        case .replace(let record): if try record.exists(db) { try record.update(db) }
        }
    }
}
