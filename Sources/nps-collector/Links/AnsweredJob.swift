import Foundation
import NPSModel
import NPSQueue
import NPSSurvey

/// Adds to contacts whether they have answered, a piece of the list at a time.
struct AnsweredJob {
    /// What the column is called.
    static let column = "answered"
    /// Contacts in one question to the collector.
    static let most = 500

    private let keys: LinkKeys
    private let survey: String?
    private let emailColumn: String?
    private let leavesOutAnswered: Bool
    private let ask: ([ResponseID]) async throws -> [AnsweredResponse]
    private var contacts = ContactReader()
    private var writer: CSVWriter
    private var say: (String) -> Void
    private var columns: LinkColumns?
    /// The column of an earlier run, to be replaced.
    private var place: Int?
    private var waiting: [(row: [String], id: ResponseID?)] = []
    /// Rows whose answer was named by an id without the name of a survey.
    private var nameless = 0
    private(set) var counts = Counts()

    struct Counts: Equatable {
        var answered = 0
        var silent = 0
        var erased = 0
        /// Rows whose answer can't be named.
        var unknown = 0

        var summary: String {
            let others = [(erased, "erased their answer"), (unknown, "can't be told")].filter { $0.0 > 0 }
            return ["\(answered) answered", "\(silent) did not"].joined(separator: ", ")
                + others.map { ", \($0.0) \($0.1)" }.joined() + "."
        }
    }

    /// - Parameters:
    ///   - keys: which open the links of the contacts.
    ///   - survey: the name that links without a link in the list were made with.
    ///   - leavesOutAnswered: whether only those are written who may be reminded.
    ///   - ask: which of these answers there are.
    init(
        keys: LinkKeys,
        survey: String?,
        emailColumn: String? = nil,
        leavesOutAnswered: Bool = false,
        say: @escaping (String) -> Void = { Output.note($0 + "\n") },
        write: @escaping (Data) -> Void = Output.write,
        ask: @escaping ([ResponseID]) async throws -> [AnsweredResponse]
    ) {
        self.keys = keys
        self.survey = survey
        self.emailColumn = emailColumn
        self.leavesOutAnswered = leavesOutAnswered
        self.say = say
        self.ask = ask
        writer = CSVWriter(write)
    }

    mutating func read(_ chunk: some Collection<UInt8>) async throws {
        for row in try contacts.read(chunk) { try await take(row) }
    }

    mutating func end() async throws {
        for row in try contacts.end() { try await take(row) }
        guard columns != nil else { throw LinkJob.Failure.empty }
        try await settle()
        writer.flush()
        if nameless > 0 {
            say(
                """
                \(nameless == 1 ? "1 contact was" : "\(nameless) contacts were") looked for by id and address alone, as fits links \
                made without --survey. If yours were made with it, give the same --survey here: otherwise their answers aren't found.
                """
            )
        }
        say(counts.summary)
    }

    private mutating func take(_ row: ContactReader.Row) async throws {
        let cells: [String]
        switch row.cells {
        case .success(let read): cells = read
        case .failure(let failure):
            counts.unknown += 1
            return say("line \(row.line) left out: \(failure.flaw)")
        }
        guard let columns else { return try begin(cells) }
        let padded = columns.padded(cells)
        do throws(LinkColumns.Flaw) {
            let found = try id(in: padded, columns)
            if case .failure(let flaw) = found { say("line \(row.line): \(flaw.sentence), so nobody can tell") }
            waiting.append((padded, try? found.get()))
        } catch {
            counts.unknown += 1
            say("line \(row.line) left out: \(error.sentence)")
        }
        if waiting.count >= Self.most { try await settle() }
    }

    private mutating func begin(_ header: [String]) throws {
        columns = try LinkColumns(header, emailColumn: emailColumn, replacesLinks: true)
        writer.separator = contacts.separator
        if contacts.hasMark || contacts.isWindows1252 { writer.mark() }
        place = header.firstIndex(of: Self.column)
        writer.put(place == nil ? header + [Self.column] : header)
    }

    /// The answer that a contact's link leads to: as the link says, or as a link with this id would say.
    ///
    /// - Returns: why nobody can tell, where that is so.
    private mutating func id(
        in row: [String],
        _ columns: LinkColumns
    ) throws(LinkColumns.Flaw) -> Result<ResponseID, LinkColumns.Flaw> {
        let contact = try columns.contact(in: row)
        if let claims = columns.claims(in: row, keys) { return .success(claims.responseID) }
        // Without the survey's name, the id alone may name another answer than the link does.
        guard survey != nil || !columns.hasLink(in: row), let id = contact.id else { return .failure(Self.nothing) }
        let claims: LinkClaims
        do {
            claims = try LinkClaims(
                id: id,
                email: EmailAddress(contact.email),
                // Neither time has a part in the answer's name.
                expiresAt: Date(timeIntervalSince1970: 0),
                survey: survey
            )
        } catch let problem as FieldProblem {
            return .failure(LinkColumns.Flaw(sentence: "\(problem.field) \(problem.message)"))
        } catch {
            return .failure(Self.nothing)
        }
        if survey == nil { nameless += 1 }
        return .success(claims.responseID)
    }

    private static let nothing = LinkColumns.Flaw(sentence: "has neither a link that the keys open nor an id")

    private mutating func settle() async throws {
        let ids = waiting.compactMap(\.id)
        let known = ids.isEmpty ? [] : try await ask(ids)
        let byID = Dictionary(known.map { ($0.id, $0) }) { first, _ in first }
        for (row, id) in waiting {
            let answer = id.flatMap { byID[$0] }
            count(answer, isKnown: id != nil)
            // Nobody is reminded who may have answered, or may have had the answer erased.
            if leavesOutAnswered, answer != nil || id == nil { continue }
            let text = answer.map { $0.answeredAt.map(Timestamp.format) ?? "erased" } ?? ""
            var row = row
            if let place { row[place] = text } else { row.append(text) }
            writer.put(row)
        }
        waiting = []
    }

    private mutating func count(_ answer: AnsweredResponse?, isKnown: Bool) {
        switch answer {
        case let answer? where answer.answeredAt == nil: counts.erased += 1
        case .some: counts.answered += 1
        case nil where isKnown: counts.silent += 1
        case nil: counts.unknown += 1
        }
    }
}
