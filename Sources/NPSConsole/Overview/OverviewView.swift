import Foundation
import NPSQueue

/// What `overview.mustache` prints.
struct OverviewView: Sendable {
    let states: [StateCard]
    /// Where the page renews itself, or doesn't any more.
    let renewal: Renewal
    /// Nil when the queue can't say.
    let books: BooksTable?
    let way: WayPicture?
    let charts: [TrafficChart]
    /// Nil where nothing is known of them.
    let surroundings: Surroundings?
    /// What to do first; nil once anything has come.
    let beginning: Beginning?
    let isSilent: Bool

    struct Surroundings: Sendable {
        let facts: [Fact]
    }

    struct Renewal: Sendable {
        let sentence: String
        let link: String
        let name: String
    }

    struct Beginning: Sendable {
        /// Where people can answer; nil where there is no open form.
        let form: String?
    }

    init(_ overview: Overview, _ text: Sentences, _ visit: Visit) {
        let needs = Need.all(overview, text, visit)
        let isKnown = overview.books != nil && overview.traffic != nil && overview.sources != nil
        states = [
            .acceptance(overview, text), .delivery(overview, text),
            .person(needs, isKnown: overview.books != nil, text),
        ]
        renewal = Renewal(isOn: overview.renewsItself, text, visit)
        books = overview.books.map { BooksTable($0, text) }
        let date = overview.date
        let hours = overview.traffic.map { TrafficChart.Span.hours($0, until: date) }
        way = overview.books.map { WayPicture($0, hours, text) }
        charts =
            overview.isUntouched
            ? []
            : [
                hours.map { TrafficChart("day", $0, text) { Moment($0).text } },
                // Where more is needed than there is room for, the month has to wait.
                needs.count > Need.limit
                    ? nil
                    : overview.traffic.map {
                        TrafficChart("month", TrafficChart.Span.days($0, until: date), text) {
                            String(Moment($0).text.prefix(10))
                        }
                    },
            ]
            .compactMap(\.self)
        let facts = Fact.all(overview, text)
        surroundings = facts.isEmpty ? nil : Surroundings(facts: facts)
        beginning = overview.isUntouched ? Beginning(form: overview.formAddress) : nil
        isSilent = !isKnown
    }
}

extension OverviewView.Renewal {
    fileprivate init(isOn: Bool, _ text: Sentences, _ visit: Visit) {
        sentence = text[isOn ? "renews" : "stands"]
        link = isOn ? visit.address("/", ["still": "1"]) : visit.address("/")
        name = text[isOn ? "stop" : "renew"]
    }
}
