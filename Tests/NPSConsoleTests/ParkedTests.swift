import Foundation
import NPSModel
import NPSPages
import NPSQueue
import Testing

@testable import NPSConsole

@Suite("The page of what is parked")
struct ParkedTests {
    private let pages: ConsolePages
    private let visit: Visit

    init() throws {
        pages = try ConsolePages()
        visit = pages.visit(lang: nil, accepted: ["en"])
    }

    private func board(_ reasons: [String], only key: String? = nil, after: Int64 = 0, rows: Int = 8) -> ParkedBoard {
        var board = ParkedBoard(only: key, after: after, rows: rows, at: Sample.date) { reason in
            reason.hasPrefix("ignored") ? .ignored : .refused
        }
        board.add(reasons.enumerated().map { Sample.parked(Int64($0 + 1), $1) })
        return board
    }

    @Test("reasons stand with what to do, the most frequent first, each with its first responses")
    func groups() {
        let board = board(["ignored", "b", "ignored", "b", "b"], rows: 2)
        #expect(board.groups.map(\.count) == [3, 2])
        #expect(board.groups.map(\.responses.count) == [2, 2])
        #expect(board.groups.map(\.hasMore) == [true, false])
        let html = pages.parked(board, did: nil, in: visit).html
        #expect(html.contains("Retry all of these (3)") && html.contains("Retry everything that is parked (5)"))
        #expect(html.contains("Planhat counts no record for them"))
        #expect(html.contains("group=\(ReasonChoice.key(of: "b"))&amp;after=4"))
    }

    @Test("of one reason all responses can be paged through")
    func paging() {
        let key = ReasonChoice.key(of: "b")
        let board = board(["a", "b", "b", "a", "b"], only: key, after: 2, rows: 1)
        #expect(board.groups.map(\.count) == [3])
        #expect(board.groups.first?.responses.map(\.sequence) == [3])
        let html = pages.parked(board, did: nil, in: visit).html
        #expect(html.contains("after=3") && html.contains("All reasons"))
        #expect(!html.contains("Retry everything"))
    }

    @Test("reasons that don't fit are on the next page, and what is gone is told from nothing")
    func more() {
        let first = board(["a", "b", "c", "d", "e"])
        let html = pages.parked(first, did: nil, in: visit).html
        #expect(html.contains(#"<a href="/console/parked?from=3">Other reasons: 2</a>"#))
        var second = ParkedBoard(from: 3, rows: 8, at: Sample.date) { _ in .refused }
        second.add((1...5).map { Sample.parked($0, "reason \($0)") })
        let rest = pages.parked(second, did: nil, in: visit).html
        #expect(rest.contains("reason 5") && !rest.contains("reason 1") && !rest.contains("Other reasons"))
        let gone = pages.parked(board(["a"], only: "0123"), did: nil, in: visit).html
        #expect(gone.contains("None of these is parked any more.") && !gone.contains("Nothing is parked."))
        var cut = board(["a", "a"])
        cut.total = 7_000
        let all = pages.parked(cut, did: nil, in: visit).html
        #expect(all.contains(">Retry all of these<") && all.contains("Only the first 2 were looked at."))
        cut.add([Sample.parked(9, "b")])
        #expect(pages.parked(cut, did: nil, in: visit).html.contains("Retry everything that is parked (7,000)"))
    }

    @Test("nothing that was stored is markup")
    func escaping() {
        let html = pages.parked(board(["<b>&\"'"]), did: nil, in: visit).html
        #expect(html.contains("&lt;b&gt;&amp;&quot;&#39;"))
    }

    @Test("each response leads to whose it is, and the page itself doesn't say it")
    func whose() {
        let id = ResponseID(source: "acme", providerID: "1").rawValue
        let html = pages.parked(board(["a"]), did: nil, in: visit).html
        #expect(html.contains(#"<a href="/console/person?id=\#(id)"><code>\#(id)</code></a>"#))
        #expect(html.contains("queue show"))
    }

    @Test("it is small however much is parked")
    func weight() {
        let reasons = (0..<400).map { "Planhat refused it with status 400: the field number \($0 % 40) is mandatory" }
        for tag in ["en", "de", "ar"] {
            let visit = pages.visit(lang: tag, accepted: [])
            let one = board([String](repeating: reasons[0], count: 400), only: ReasonChoice.key(of: reasons[0]))
            #expect(pages.parked(one, did: nil, in: visit).bytes.count < 10_000)
            #expect(pages.parked(board(Array(reasons.prefix(2))), did: nil, in: visit).bytes.count < 10_000)
            var board = board(reasons)
            board.total = 1_000_000
            #expect(
                pages.parked(board, did: Deed(.retried, count: 9, left: 9, isCut: true), in: visit).bytes.count < 10_000
            )
        }
    }
}

@Suite("What a form did")
struct DeedTests {
    @Test("is said in words, also when it was nothing")
    func words() throws {
        let pages = try ConsolePages()
        let text = pages.sentences(pages.visit(lang: "en", accepted: []))
        #expect(
            DeedView(Deed(.retried, count: 1_200), text).sentences == ["Back in the queue: 1,200. They are sent soon."]
        )
        #expect(DeedView(Deed(.discarded, count: 0), text).sentences == [text["didNothing"]])
        let cut = DeedView(Deed(.replayed, count: 1, left: 1, isCut: true), text)
        #expect(cut.sentences == ["Out of quarantine: 1.", "Still as before: 1.", text["didMore"]])
        #expect(cut.mood == "warn")
        #expect(DeedView(Deed(.retried, count: 0, isCut: true), text).sentences == [text["didMore"]])
    }

    private struct Failure: Error {}

    @Test("that ended with an error is told as far as it came, and is an error where it didn't begin")
    func unfinished() async throws {
        let part = try await Deed(.retried) { deed in
            deed.count += 3
            throw Failure()
        }
        #expect(part == Deed(.retried, count: 3, isCut: true))
        await #expect(throws: Failure.self) { try await Deed(.retried) { _ in throw Failure() } }
        #expect(try await Deed(.discarded) { _ in false } == Deed(.discarded, isCut: true))
        let whole = try await Deed(.replayed) { deed in
            (deed.count, deed.left) = (2, 1)
            return true
        }
        #expect(whole == Deed(.replayed, count: 2, left: 1))
    }
}

@Suite("The reason that a key stands for")
struct ReasonChoiceTests {
    @Test("is that reason alone, however often it is asked about")
    func holds() {
        var choice = ReasonChoice(ReasonChoice.key(of: "b"))
        #expect(["a", "b", "B", "b", "a"].map { choice.holds($0) } == [false, true, false, true, false])
    }
}
