import Foundation
import NPSModel
import NPSQueue
import PlanhatAPI
import Synchronization
import TestSupport
import Testing

@testable import NPSApp

@Suite("Erasing at Planhat")
struct RemoteErasureTests {
    private static let id = ResponseID(source: "acme", providerID: "1")
    private static let deleted = Result<Deletion, PlanhatError>.success(Deletion(deletedCount: 1))
    private static let missing = Result<Deletion, PlanhatError>.success(Deletion(deletedCount: 0))
    private static let unsaid = Result<Deletion, PlanhatError>.success(Deletion(deletedCount: nil))

    private func remote(_ planhatId: String? = "64a1", from date: Date = .distantPast) -> Erasure.Remote {
        Erasure.Remote(id: Self.id, planhatId: planhatId, deletableFrom: date)
    }

    @Test(
        "a record is gone when Planhat finds nothing, whatever it answers to the deletion",
        arguments: [
            ("64a1", [deleted], RemoteErasure.Result.deleted, ["DELETE 64a1", "GET srcid-\(id)", "GET 64a1"]),
            ("64a1", [unsaid], .deleted, ["DELETE 64a1", "GET srcid-\(id)", "GET 64a1"]),
            (
                "64a1", [missing, deleted], .deleted,
                ["DELETE 64a1", "DELETE srcid-\(id)", "GET srcid-\(id)", "GET 64a1"]
            ),
            (
                "64a1", [.failure(.notFound), missing], .alreadyGone,
                ["DELETE 64a1", "DELETE srcid-\(id)", "GET srcid-\(id)", "GET 64a1"]
            ),
            (nil, [deleted], .deleted, ["DELETE srcid-\(id)", "GET srcid-\(id)"]),
            (nil, [.failure(.notFound)], .alreadyGone, ["DELETE srcid-\(id)", "GET srcid-\(id)"]),
            // Planhat doesn't document that it deletes by our ids.
            (nil, [.failure(.rejected(status: 400, "no"))], .alreadyGone, ["DELETE srcid-\(id)", "GET srcid-\(id)"]),
        ] as [(String?, [Result<Deletion, PlanhatError>], RemoteErasure.Result, [String])]
    )
    func proof(
        planhatId: String?,
        answers: [Result<Deletion, PlanhatError>],
        result: RemoteErasure.Result,
        asked: [String]
    ) async throws {
        let api = ScriptedAPI(deletions: answers)
        var erasure = api.erasure()
        #expect(try await erasure.delete(remote(planhatId)) == result)
        #expect(api.asked == asked)
    }

    @Test("a 2xx that deleted nothing is found out: the record is still there", arguments: [unsaid, deleted])
    func lie(answer: Result<Deletion, PlanhatError>) async throws {
        let api = ScriptedAPI(records: [.init("64a1", Self.id)], alwaysAnswers: answer)
        var erasure = api.erasure()
        guard case .failed(let why) = try await erasure.delete(remote()) else {
            Issue.record("it isn't gone")
            return
        }
        #expect(why.contains("still shows the record"))
        #expect(api.sleeps == RemoteErasure.waits)
    }

    @Test("all records with one sourceId are deleted, however many there are", arguments: [true, false])
    func duplicates(tellsID: Bool) async throws {
        let records = (1...5).map { ScriptedAPI.Record("64a\($0)", Self.id, tellsID: tellsID) }
        let stranger = ScriptedAPI.Record("64b1", ResponseID(source: "acme", providerID: "2"))
        let api = ScriptedAPI(records: records + [stranger])
        var erasure = api.erasure()
        #expect(try await erasure.delete(remote("64a3")) == .deleted)
        #expect(api.records == [stranger])
        #expect(api.sleeps.isEmpty)
    }

    @Test("records without end are given up")
    func endless() async throws {
        let records = (1...RemoteErasure.mostDuplicates + 9).map { ScriptedAPI.Record("64a\($0)", Self.id) }
        var erasure = ScriptedAPI(records: records).erasure()
        #expect(
            try await erasure.delete(remote(nil))
                == .failed("Planhat has more than 100 records of this response: run the command again.")
        )
    }

    @Test("a record that Planhat shows for a while after its deletion is looked for again after growing waits")
    func eventualConsistency() async throws {
        let api = ScriptedAPI(records: [.init("64a1", Self.id)], staleFor: 10)
        var erasure = api.erasure()
        #expect(try await erasure.delete(remote()) == .deleted)
        #expect(api.sleeps == [1, 2, 4, 8])
    }

    @Test("another record of the same contact is neither deleted nor taken for ours")
    func contact() async throws {
        let other = ScriptedAPI.Record("64b1", ResponseID(source: "acme", providerID: "2"))
        // Planhat shows it under the id that was ours, as it does for the id of a contact.
        let api = ScriptedAPI(records: [other], shownAs: "64a1")
        var erasure = api.erasure()
        #expect(try await erasure.delete(remote()) == .alreadyGone)
        let misled = ScriptedAPI(records: [other], shownAs: "srcid-\(Self.id)")
        var unproven = misled.erasure()
        guard case .failed(let why) = try await unproven.delete(remote()) else {
            Issue.record("nothing is proven")
            return
        }
        #expect(why.contains("another record"))
        #expect(misled.records == [other])
    }

    @Test("what leaves the outcome open is asked again, and given up in the end")
    func repetition() async throws {
        let api = ScriptedAPI(deletions: [
            .failure(.notSent("no answer")), .failure(.ambiguous("cut off")), Self.deleted,
        ])
        var erasure = api.erasure()
        #expect(try await erasure.delete(remote()) == .deleted)
        let dead = ScriptedAPI(deletions: Array(repeating: .failure(.notSent("no answer")), count: 10))
        var hopeless = dead.erasure()
        #expect(try await hopeless.delete(remote()) == .failed(PlanhatError.notSent("no answer").description))
        #expect(dead.asked.count == 4)
    }

    @Test("a refusal of one record that is there fails it, a refusal of the token ends it all")
    func refusals() async throws {
        let refusing = ScriptedAPI(
            records: [.init("64a1", Self.id)],
            alwaysAnswers: .failure(.rejected(status: 400, "no"))
        )
        var one = refusing.erasure()
        #expect(try await one.delete(remote()) == .failed("Planhat refused it with status 400: no"))
        #expect(refusing.sleeps.isEmpty)
        var all = ScriptedAPI(deletions: [.failure(.refused(.token, "The token is wrong."))]).erasure()
        #expect(try await all.delete(remote()) == .stopped("The token is wrong."))
    }

    @Test("it keeps to the pace, to a pause that Planhat asks for, and waits while a late request may arrive")
    func pace() async throws {
        let api = ScriptedAPI(deletions: [
            Self.deleted, Self.deleted, .failure(.rateLimited(retryAfter: 30)), Self.deleted, Self.deleted,
        ])
        // Two requests for each: the deletion and the look.
        var erasure = api.erasure(requestsPerMinute: 60)
        for _ in 1...2 { _ = try await erasure.delete(remote(nil)) }
        #expect(api.elapsed == 3)
        #expect(try await erasure.delete(remote(nil)) == .deleted)
        #expect(api.elapsed == 35)
        _ = try await erasure.delete(remote(nil, from: Date(timeIntervalSince1970: 1_700_000_100)))
        #expect(api.elapsed == 101)
    }

    @Test("of a share of the requests it takes no more than that")
    func share() async throws {
        let api = ScriptedAPI()
        var erasure = api.erasure(requestsPerMinute: 60, share: 0.1)
        for _ in 1...3 { _ = try await erasure.delete(remote()) }
        #expect(api.asked.count == 12)
        #expect(api.elapsed == 110)
    }
}

/// A Planhat with a few records and a clock that only sleeping moves.
final class ScriptedAPI: Sendable {
    struct Record: Sendable, Equatable {
        let id: String
        let source: ResponseID
        /// Whether `npsId` stands in it.
        let tellsID: Bool

        init(_ id: String, _ source: ResponseID, tellsID: Bool = true) {
            self.id = id
            self.source = source
            self.tellsID = tellsID
        }
    }

    private struct State {
        var records: [Record]
        /// Taken first, one for each deletion, which then does nothing.
        var deletions: [Result<Deletion, PlanhatError>]
        var deletedAt: [String: Date] = [:]
        var asked: [String] = []
    }

    private let state: Mutex<State>
    private let clock = TestClock()
    private let always: Result<Deletion, PlanhatError>?
    /// In seconds: for so long a deleted record is shown.
    private let staleFor: TimeInterval
    /// Under this id any record is shown.
    private let shownAs: String?

    init(
        records: [Record] = [],
        deletions: [Result<Deletion, PlanhatError>] = [],
        alwaysAnswers: Result<Deletion, PlanhatError>? = nil,
        staleFor: TimeInterval = 0,
        shownAs: String? = nil
    ) {
        state = Mutex(State(records: records, deletions: deletions))
        always = alwaysAnswers
        self.staleFor = staleFor
        self.shownAs = shownAs
    }

    var asked: [String] { state.withLock { $0.asked } }
    var records: [Record] { state.withLock { state in state.records.filter { state.deletedAt[$0.id] == nil } } }
    var elapsed: TimeInterval { clock.now.timeIntervalSince1970 - 1_700_000_000 }
    /// The waits of a second and more.
    var sleeps: [TimeInterval] { clock.sleeps.filter { $0 >= 1 } }
    var now: Date { clock.now }

    func erasure(requestsPerMinute: Int = 60_000, share: Double = 1) -> RemoteErasure {
        RemoteErasure(
            requestsPerMinute: requestsPerMinute,
            share: share,
            delete: { id throws(PlanhatError) in try self.delete("\(id)") },
            find: { id throws(PlanhatError) in try self.find("\(id)") },
            now: { self.clock.now },
            sleep: { self.clock.sleep($0) }
        )
    }

    private func delete(_ id: String) throws(PlanhatError) -> Deletion {
        let answer: Result<Deletion, PlanhatError> = state.withLock { state in
            state.asked.append("DELETE \(id)")
            if let always { return always }
            if !state.deletions.isEmpty { return state.deletions.removeFirst() }
            let there = state.records.first { record in
                (record.id == id || "srcid-\(record.source)" == id) && state.deletedAt[record.id] == nil
            }
            guard let there else { return .failure(.notFound) }
            state.deletedAt[there.id] = clock.now
            return .success(Deletion(deletedCount: 1))
        }
        return try answer.get()
    }

    private func find(_ id: String) throws(PlanhatError) -> NPSRecord {
        let found = state.withLock { state in
            state.asked.append("GET \(id)")
            return state.records.first { record in
                guard record.id == id || "srcid-\(record.source)" == id || shownAs == id else { return false }
                guard let date = state.deletedAt[record.id] else { return true }
                return clock.now.timeIntervalSince(date) < staleFor
            }
        }
        guard let found else { throw .notFound }
        var members: [String: JSONValue] = ["_id": .string("c0ntact"), "sourceId": .string(found.source.rawValue)]
        if found.tellsID { members["npsId"] = .string(found.id) }
        guard let record = NPSRecord(.object(members)) else { throw .ambiguous("no record") }
        return record
    }
}
