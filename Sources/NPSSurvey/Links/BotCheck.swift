package import Foundation
package import NPSModel

/// Whether a person sent a form, or maybe a bot: all that is known about the request, and the rules that decide.
///
/// A mail scanner opens the eleven addresses of a link in a burst and sends pages of that burst, or sends a page sooner
/// than anybody can read it. A person opens a page or a few of them one after the other, looks at each, and sends the
/// newest. What the collector remembers of opened pages is lost with a restart; then they tell nothing, and the form's own
/// stamp decides.
package struct BotCheck: Sendable {
    /// Nobody reads the question and answers it in fewer seconds.
    package static let readingTime: TimeInterval = 2
    /// Nobody presses Send in fewer seconds on a page whose score was chosen in the mail, where the question stands.
    package static let sendingTime: TimeInterval = 0.7
    /// Scores opened in shorter intervals, in seconds, come from nobody who looks at the pages.
    static let lookingTime: TimeInterval = 1.5
    /// As many scores opened without looking are a scanner's burst.
    static let burst = 3
    /// Scores opened in longer intervals, in seconds, have nothing to do with each other.
    static let window: TimeInterval = 10
    /// Nobody tries more scores before sending one.
    static let mostTaps = 5

    private let printed: FormSeal.Printed?
    private let sentScore: Score?
    private let isTrapFilled: Bool
    private let opened: [OpenedScore]
    private let client: UInt32?
    private let now: Date

    /// - Parameters:
    ///   - printed: what the form's stamp proves; nil when it has none of ours.
    ///   - opened: what is remembered of the link's scores, in any order; empty for the open form.
    ///   - client: who sends the form, in the same terms as ``OpenedScore/client``.
    package init(
        _ values: FormValues,
        printed: FormSeal.Printed?,
        opened: [OpenedScore] = [],
        client: UInt32? = nil,
        at now: Date
    ) {
        self.printed = printed
        sentScore = try? Score(text: values.score)
        isTrapFilled = !values.trap.isEmpty
        self.opened = opened.sorted { $0.date < $1.date }
        self.client = client
        self.now = now
    }

    /// Of a form behind an emailed link. One without a valid stamp is a bot's: every form that is shown has one.
    ///
    /// A filled trap alone means nothing, as password managers fill fields that nobody sees. It only takes away the
    /// benefit of the doubt: being quick, and trying several scores.
    package var originBehindLink: AnswerOrigin {
        guard let printed, !isFromBurst(printed.date), isSequence(upTo: printed.date) else { return .bot }
        return hasTaken(isChosenInMail(printed) ? Self.sendingTime : Self.readingTime) ? .person : .bot
    }

    /// Of the open form, which may be posted from any page and without a stamp. Only with its trap filled it has to prove
    /// that somebody had the time to read it.
    package var originOnOpenForm: AnswerOrigin {
        isTrapFilled && !hasTaken(Self.readingTime) ? .bot : .person
    }

    /// False as well when nobody knows when the form was printed, or when that lies ahead.
    private func hasTaken(_ seconds: TimeInterval) -> Bool {
        printed.map { now.timeIntervalSince($0.date) >= seconds } ?? false
    }

    /// The one score of the link that was opened is the one that is sent.
    private func isChosenInMail(_ printed: FormSeal.Printed) -> Bool {
        guard let chosen = printed.chosen, chosen == sentScore, !isTrapFilled else { return false }
        return opened.allSatisfy { $0.score == chosen }
    }

    /// A page is a scanner's if it was printed within a burst, or shortly before one. Whoever opens the link after the
    /// burst is somebody else.
    private func isFromBurst(_ date: Date) -> Bool {
        runs.contains { run in
            guard let first = run.first, let last = run.last, Self.isBurst(run) else { return false }
            return date >= first.date - Self.window && date < last.date + Self.lookingTime
        }
    }

    private static func isBurst(_ run: [OpenedScore]) -> Bool { Set(run.map(\.score)).count >= burst }

    /// The opened scores, parted wherever there was time to look at a page.
    private var runs: [[OpenedScore]] {
        opened.reduce(into: []) { runs, opening in
            if let last = runs.last?.last, opening.date.timeIntervalSince(last.date) < Self.lookingTime {
                runs[runs.count - 1].append(opening)
            } else {
                runs.append([opening])
            }
        }
    }

    /// Whether the scores that were opened around the page, bursts aside, look like somebody who makes up their mind: a
    /// few of them by the client that sends the form, and none after the page that is sent.
    ///
    /// Only what was opened within ``window`` of the page can cast a suspicion. How many scores that client tried before,
    /// without a longer break, counts only then. Where clients can't be told apart, all count as one.
    private func isSequence(upTo date: Date) -> Bool {
        let openings = runs.filter { !Self.isBurst($0) }.joined()
        let around = openings.filter { abs($0.date.timeIntervalSince(date)) <= Self.window }
        guard Set(around.map(\.score)).count >= Self.burst else { return true }
        // The stamp's time is cut to milliseconds.
        let (before, after) = (openings.filter { $0.date <= date + 0.001 }, around.filter { $0.date > date + 0.001 })
        let tried = Set(Self.chain(before.reversed(), from: date).map(\.score)).count
        return after.isEmpty && tried <= Self.mostTaps && !isTrapFilled && around.allSatisfy { $0.client == client }
    }

    /// The openings before a time, the latest first, up to the first break that is longer than ``window``.
    private static func chain(_ openings: [OpenedScore], from date: Date) -> [OpenedScore] {
        var last = date
        return Array(
            openings.prefix { opening in
                defer { last = opening.date }
                return last.timeIntervalSince(opening.date) <= window
            }
        )
    }
}

/// That a link was opened at the address of one of its scores.
package struct OpenedScore: Sendable, Hashable {
    package let score: Score
    package let date: Date
    /// Tells clients apart, by a hash that nobody outside the process can compute; nil when the client is unknown.
    package let client: UInt32?

    package init(_ score: Score, at date: Date, by client: UInt32? = nil) {
        self.score = score
        self.date = date
        self.client = client
    }
}
