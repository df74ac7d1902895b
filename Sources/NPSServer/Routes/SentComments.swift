import Dispatch
import Synchronization

/// The comments that were just sent, on their way to the page that shows them.
///
/// A form is answered by leading on to that page, so that reloading it sends nothing again, and words belong neither into an
/// address nor into a cookie. So they stay in memory until the page is opened, once, and for a minute at most. Where another
/// process answers, or too many were sent at once, the page shows the score alone.
package final class SentComments: Sendable {
    /// How long a comment waits for its page, in seconds.
    static let lifetime = 60.0

    private struct Contents {
        var comments: [String: (number: Int, text: String)] = [:]
        var byteCount = 0
        var last = 0

        mutating func remove(_ answer: String) {
            guard let removed = comments.removeValue(forKey: answer) else { return }
            byteCount -= SentComments.size(removed.text)
        }
    }

    /// What an entry takes besides its text, in bytes, roughly.
    static let entrySize = 256

    private let byteLimit: Int
    private let contents = Mutex(Contents())
    private let afterLifetime: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// - Parameters:
    ///   - byteLimit: of all comments together.
    ///   - afterLifetime: does something once ``lifetime`` has passed.
    package init(
        byteLimit: Int = 1 << 20,
        afterLifetime: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { action in
            DispatchQueue.global().asyncAfter(deadline: .now() + SentComments.lifetime, execute: action)
        }
    ) {
        self.byteLimit = byteLimit
        self.afterLifetime = afterLifetime
    }

    fileprivate static func size(_ comment: String) -> Int { comment.utf8.count + entrySize }

    /// How many are waiting.
    var count: Int { contents.withLock { $0.comments.count } }

    /// - Parameters:
    ///   - comment: nil for none: then an earlier one of the same answer is forgotten.
    ///   - answer: names the answer, in a way that nobody else can guess.
    func keep(_ comment: String?, of answer: String) {
        let number: Int? = contents.withLock { contents in
            contents.remove(answer)
            guard let comment, contents.byteCount + Self.size(comment) <= byteLimit else { return nil }
            contents.last += 1
            contents.comments[answer] = (contents.last, comment)
            contents.byteCount += Self.size(comment)
            return contents.last
        }
        guard let number else { return }
        afterLifetime { [self] in
            contents.withLock { contents in
                if contents.comments[answer]?.number == number { contents.remove(answer) }
            }
        }
    }

    /// The comment, which is forgotten with that.
    func take(of answer: String) -> String? {
        contents.withLock { contents in
            defer { contents.remove(answer) }
            return contents.comments[answer]?.text
        }
    }
}
