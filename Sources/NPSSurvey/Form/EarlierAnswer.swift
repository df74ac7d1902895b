package import Foundation
import NPSModel

/// The answer a person gave before, as far as it is still known here: after delivery only its date is.
///
/// To offer it for change, put its score and comment into the ``FormValues`` of the form.
package struct EarlierAnswer: Sendable, Hashable {
    package var date: Date
    /// Nil when it is no longer known.
    package var score: Int?

    package init(date: Date, score: Int? = nil) {
        self.date = date
        self.score = score
    }
}
