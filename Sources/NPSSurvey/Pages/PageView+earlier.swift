import Foundation

extension PageView.Earlier {
    /// The date is the day in UTC: where the person is, nobody knows.
    init(_ answer: EarlierAnswer, _ catalogue: Catalogue) {
        day = answer.date.formatted(.iso8601.year().month().day())
        let style = Date.FormatStyle(
            date: .long,
            time: .omitted,
            locale: Locale(identifier: catalogue.language.tag),
            calendar: Calendar(identifier: .gregorian),
            timeZone: .gmt
        )
        let name = answer.score == nil ? "earlierBody" : "earlierScoreBody"
        sentence = catalogue[name].replacing("{date}", with: answer.date.formatted(style))
            .replacing("{score}", with: answer.score.map(String.init) ?? "")
    }
}
