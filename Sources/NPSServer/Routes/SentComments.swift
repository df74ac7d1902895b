import Dispatch
import NPSSurvey
import Synchronization

/// The comments that were just sent, on their way to the page that shows them.
///
/// A form is answered by leading on to that page, so that reloading it sends nothing again, and words belong neither into an
/// address nor into a cookie. So they stay in memory until the page is opened, once, and for a minute at most, under a random
/// ticket that stands in nothing but the address that the form is led on to: whoever knows the form's number or the link, as
/// somebody may who has made them up or forwarded them, doesn't get the comment. Where another process answers, or too many
/// were sent at once, the page shows the score alone.
package final class SentComments: Sendable {
    /// In seconds. A comment that nobody fetches is forgotten at the second sweep after it came.
    static let sweepInterval = 30.0
    /// What an entry takes besides its text, in bytes, roughly.
    static let entrySize = 256

    private struct Entry {
        let text: String
        /// The path of the form that it was sent with.
        let form: String

        var size: Int { text.utf8.count + form.utf8.count + SentComments.entrySize }
    }

    private struct Contents {
        /// By ticket: those that came since the last sweep, and those from before it.
        var recent: [String: Entry] = [:]
        var older: [String: Entry] = [:]
        var byteCount = 0
        var isSweeping = false
    }

    private let byteLimit: Int
    private let contents = Mutex(Contents())
    private let afterInterval: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// - Parameters:
    ///   - byteLimit: of all comments together.
    ///   - afterInterval: does something once ``sweepInterval`` has passed.
    package init(
        byteLimit: Int = 1 << 20,
        afterInterval: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { action in
            DispatchQueue.global().asyncAfter(deadline: .now() + SentComments.sweepInterval, execute: action)
        }
    ) {
        self.byteLimit = byteLimit
        self.afterInterval = afterInterval
    }

    /// How many are waiting.
    var count: Int { contents.withLock { $0.recent.count + $0.older.count } }

    /// - Parameters:
    ///   - comment: nil for none.
    ///   - form: the path of the form that it was sent with.
    /// - Returns: the ticket to fetch it with; nil when it isn't kept.
    func keep(_ comment: String?, of form: String) -> String? {
        guard let comment else { return nil }
        let (ticket, entry) = (FormNonce().text, Entry(text: comment, form: form))
        let isKept = contents.withLock { contents in
            guard contents.byteCount + entry.size <= byteLimit else { return false }
            contents.recent[ticket] = entry
            contents.byteCount += entry.size
            return true
        }
        guard isKept else { return nil }
        sweepLater()
        return ticket
    }

    /// The comment, which is forgotten with that.
    ///
    /// - Parameter form: another one than it was sent with gets none.
    func take(_ ticket: String, of form: String) -> String? {
        contents.withLock { contents in
            guard let entry = contents.recent[ticket] ?? contents.older[ticket], entry.form == form else { return nil }
            contents.recent[ticket] = nil
            contents.older[ticket] = nil
            contents.byteCount -= entry.size
            return entry.text
        }
    }

    /// However many comments come, one sweep is waiting at a time.
    private func sweepLater() {
        let isFirst = contents.withLock { contents in
            defer { contents.isSweeping = true }
            return !contents.isSweeping
        }
        if isFirst { afterInterval { [self] in sweep() } }
    }

    private func sweep() {
        let isEmpty = contents.withLock { contents in
            contents.byteCount -= contents.older.values.reduce(0) { $0 + $1.size }
            contents.older = contents.recent
            contents.recent = [:]
            contents.isSweeping = false
            return contents.older.isEmpty
        }
        if !isEmpty { sweepLater() }
    }
}
