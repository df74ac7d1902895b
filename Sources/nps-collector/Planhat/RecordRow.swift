import Foundation
import NPSModel
import PlanhatAPI

/// One record of an input file, checked.
struct RecordRow {
    /// From 1; in CSV the header isn't counted.
    let number: Int
    private(set) var draft = RecordDraft()
    /// Why the row can't be sent; nil when it can.
    private(set) var problem: String?

    /// A row of CSV under its header. Missing or surplus cells mean that a comma is misplaced.
    init(number: Int, _ header: [String], _ cells: [String]) {
        guard cells.count == header.count else {
            self.init(number: number, .null)
            problem = "has \(cells.count) cells, the header has \(header.count)"
            return
        }
        let members = zip(header, cells).map { ($0, JSONValue.string($1)) }
        self.init(number: number, .object(Dictionary(members) { first, _ in first }))
    }

    /// - Parameter json: an object in the names of the API's fields.
    init(number: Int, _ json: JSONValue) {
        self.number = number
        guard case .object(let members) = json else {
            problem = "must be an object"
            return
        }
        do throws(FieldProblem) {
            for (name, value) in members.sorted(by: { $0.key < $1.key }) where !value.isNull && value != .string("") {
                try read(name, value)
            }
            if draft.sourceId == nil, draft.email == nil || draft.score == nil {
                throw FieldProblem(field: "the row", message: "needs email and score, or a sourceId")
            }
        } catch {
            problem = error.description
        }
    }

    private mutating func read(_ name: String, _ value: JSONValue) throws(FieldProblem) {
        switch name {
        case "email": draft.email = try EmailAddress(try text(name, value)).address
        case "score": draft.score = try Score(json: value).value
        case "comment": draft.comment = try text(name, value)
        case "sourceId": draft.sourceId = try text(name, value)
        case "campaignId": draft.campaignId = try text(name, value)
        case "cId": draft.companyId = try text(name, value)
        case "source": draft.source = try text(name, value)
        case "dateAnswered": draft.dateAnswered = try date(name, value)
        case "dateSent": draft.dateSent = try date(name, value)
        case "custom":
            guard case .object(let custom) = value else {
                throw FieldProblem(field: name, message: "must be an object")
            }
            draft.custom = custom
        default: throw FieldProblem(field: "the row", message: "has a field that NPS records don't have")
        }
    }

    private func text(_ name: String, _ value: JSONValue) throws(FieldProblem) -> String {
        switch value {
        case .string(let text): return text
        case .integer(let number): return String(number)
        default: throw FieldProblem(field: name, message: "must be text")
        }
    }

    private func date(_ name: String, _ value: JSONValue) throws(FieldProblem) -> Date {
        guard let date = value.string.flatMap(Timestamp.parse) else {
            throw FieldProblem(field: name, message: "must be an ISO 8601 date")
        }
        return date
    }
}
