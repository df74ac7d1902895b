import Foundation
import NPSModel
import Testing

@testable import NPSSurvey

@Suite("Person or bot")
struct BotCheckTests {
    private static let start = Date(timeIntervalSince1970: 1_770_112_805)

    /// Times are seconds; the form is sent at the time zero.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let origin: AnswerOrigin
        /// Nil for a form without a stamp.
        var printed: TimeInterval?
        var chosen: Int?
        var sent = 9
        var trap = ""
        /// Scores, and when they were opened.
        var opened: [(score: Int, at: TimeInterval)] = []
        /// Who opened them; the form is sent by client 1.
        var client: UInt32? = 1

        init(
            _ description: String,
            _ origin: AnswerOrigin,
            printed: TimeInterval?,
            chosen: Int? = nil,
            sent: Int = 9,
            trap: String = "",
            opened: [(score: Int, at: TimeInterval)] = [],
            client: UInt32? = 1
        ) {
            testDescription = description
            self.origin = origin
            self.printed = printed
            self.chosen = chosen
            self.sent = sent
            self.trap = trap
            self.opened = opened
            self.client = client
        }

        var check: BotCheck {
            BotCheck(
                FormValues(score: "\(sent)", trap: trap),
                printed: printed.map {
                    FormSeal.Printed(at: BotCheckTests.start + $0, chosen: chosen.flatMap { Score($0) })
                },
                opened: opened.compactMap { opening in
                    Score(opening.score).map { OpenedScore($0, at: BotCheckTests.start + opening.at, by: client) }
                },
                client: 1,
                at: BotCheckTests.start
            )
        }
    }

    /// All eleven scores from a time on, in these intervals.
    private static func all(from time: TimeInterval, every interval: TimeInterval) -> [(score: Int, at: TimeInterval)] {
        (0...10).map { (score: $0, at: time + Double($0) * interval) }
    }

    @Test(
        "a form behind a link",
        arguments: [
            Case("without a stamp", .bot, printed: nil),
            Case("without a stamp, opened by a person", .bot, printed: nil, chosen: 9, opened: [(9, -60)]),
            Case("printed in the future", .bot, printed: 60),
            Case("sent after time to read", .person, printed: -2),
            Case("sent too soon", .bot, printed: -1.9),
            Case("sent days later", .person, printed: -500_000, chosen: 9),

            Case("chosen in the mail, sent at once", .person, printed: -0.7, chosen: 9, opened: [(9, -0.7)]),
            Case("chosen in the mail, sent after 1.5 s", .person, printed: -1.5, chosen: 9, opened: [(9, -1.5)]),
            Case("chosen in the mail, opened twice", .person, printed: -1, chosen: 9, opened: [(9, -1.3), (9, -1)]),
            Case("chosen in the mail, after a restart", .person, printed: -1, chosen: 9),
            Case("chosen in the mail, sent without a look", .bot, printed: -0.6, chosen: 9, opened: [(9, -0.6)]),
            Case("chosen in the mail and changed", .bot, printed: -1.5, chosen: 8, opened: [(8, -1.5)]),
            Case("another score opened before", .bot, printed: -1.5, chosen: 9, opened: [(8, -60), (9, -1.5)]),
            Case("another score opened since", .bot, printed: -1.5, chosen: 9, opened: [(9, -1.5), (8, -1)]),

            Case("8, 9, 10, then Send", .person, printed: -3, chosen: 10, opened: [(8, -9), (9, -6), (10, -3)]),
            Case(
                "8, 9, 10 and back to 9",
                .person,
                printed: -3,
                chosen: 9,
                opened: [(8, -12), (9, -9), (10, -6), (9, -3)]
            ),
            Case("8, 9 in haste", .person, printed: -3, chosen: 9, opened: [(8, -3.5), (9, -3)]),
            Case("8, 9, 10 in haste", .bot, printed: -3, chosen: 10, opened: [(8, -4), (9, -3.5), (10, -3)]),
            Case("8, 9, 10, then the page of 9", .bot, printed: -6, chosen: 9, opened: [(8, -9), (9, -6), (10, -3)]),
            Case(
                "8, 9, 10 of somebody else",
                .bot,
                printed: -3,
                chosen: 10,
                opened: [(8, -9), (9, -6), (10, -3)],
                client: 2
            ),
            Case("8, 9, long ago 3", .person, printed: -3, chosen: 9, opened: [(3, -60), (8, -6), (9, -3)], client: 2),
            Case(
                "8, 9, 10 with time for each, then the page of 8",
                .person,
                printed: -30,
                chosen: 8,
                sent: 8,
                opened: [(8, -30), (9, -21), (10, -12)]
            ),
            Case(
                "8, 9, 10 with time for each, through another network at last",
                .person,
                printed: -12,
                chosen: 10,
                opened: [(8, -30), (9, -21), (10, -12)],
                client: 2
            ),
            Case(
                "5 and 0 opened slowly by somebody else before",
                .person,
                printed: -3,
                chosen: 9,
                opened: [(5, -21), (0, -12), (9, -3)],
                client: 2
            ),
            Case(
                "six scores with time for each",
                .person,
                printed: -5,
                chosen: 9,
                opened: [(4, -50), (5, -41), (6, -32), (7, -23), (8, -14), (9, -5)]
            ),
            Case(
                "8, 9, 10 of a client that nobody knows",
                .bot,
                printed: -3,
                chosen: 10,
                opened: [(8, -9), (9, -6), (10, -3)],
                client: nil
            ),
            Case("all eleven, slowly", .bot, printed: -3, chosen: 10, opened: all(from: -33, every: 3)),

            Case("of a burst", .bot, printed: -60, chosen: 9, opened: all(from: -60.5, every: 0.05)),
            Case("the newest of a burst", .bot, printed: -60, chosen: 10, opened: all(from: -60, every: 0)),
            Case("of a burst of somebody else", .bot, printed: -60, opened: all(from: -60.5, every: 0.05), client: 2),
            Case("of a burst of three", .bot, printed: -60, chosen: 5, opened: [(0, -61), (5, -60), (10, -59)]),
            Case("of a slow burst", .bot, printed: -60, chosen: 5, opened: all(from: -66, every: 1.2)),
            Case("printed just before a burst", .bot, printed: -60, opened: all(from: -58, every: 0.05)),
            Case("printed long before a burst", .person, printed: -600, opened: all(from: -60, every: 0.05)),
            Case("printed seconds after a burst", .person, printed: -3, opened: all(from: -6, every: 0.05)),
            Case(
                "opened seconds after a burst",
                .person,
                printed: -3,
                chosen: 9,
                opened: all(from: -6, every: 0.05) + [(9, -3)],
                client: 2
            ),
            Case(
                "8, 9, 10 after a burst",
                .person,
                printed: -3,
                chosen: 10,
                opened: all(from: -60, every: 0.05) + [(8, -9), (9, -6), (10, -3)]
            ),
            Case("too soon after a burst", .bot, printed: -1.5, chosen: 9, opened: all(from: -6, every: 0.05)),

            Case("a trap filled by a password manager", .person, printed: -2, trap: "x"),
            Case("a trap filled in haste", .bot, printed: -1.5, chosen: 9, trap: "x", opened: [(9, -1.5)]),
            Case(
                "a trap filled after several scores",
                .bot,
                printed: -3,
                chosen: 10,
                trap: "x",
                opened: [(8, -9), (9, -6), (10, -3)]
            ),
        ]
    )
    func link(_ example: Case) {
        #expect(example.check.originBehindLink == example.origin)
    }

    @Test("what is remembered counts in whatever order it was noted")
    func order() {
        let taps: [(score: Int, at: TimeInterval)] = [(10, -3), (8, -9), (9, -6)]
        #expect(Case("", .person, printed: -3, chosen: 10, opened: taps).check.originBehindLink == .person)
    }

    @Test(
        "the open form",
        arguments: [
            Case("without a stamp", .person, printed: nil), Case("sent at once", .person, printed: 0),
            Case("a trap filled by a password manager", .person, printed: -2, trap: "x"),
            Case("a trap filled in haste", .bot, printed: -1.9, trap: "x"),
            Case("a trap filled without a stamp", .bot, printed: nil, trap: "x"),
            Case("a trap filled in the future", .bot, printed: 60, trap: "x"),
        ]
    )
    func openForm(_ example: Case) {
        #expect(example.check.originOnOpenForm == example.origin)
    }
}
