import HTTPTypes
import Synchronization

/// Prepared pages by their state, in two generations: when the young pages are too many, in number or in bytes, they become
/// the old ones, and those that were old are forgotten. A page that is asked for again becomes young again, so that whoever
/// goes through all states doesn't displace what others ask for. Each generation stores once the texts and headers that
/// its pages have in common.
final class PageShelf: Sendable {
    /// A page's entry in the table, and its pieces without their texts; generously.
    static let bytesPerPage = 512

    private struct Generation {
        var pages: [PageState: PreparedPage] = [:]
        var texts: Set<[UInt8]> = []
        var headers: Set<HTTPFields> = []
        var byteCount = 0

        mutating func put(_ page: PreparedPage, for state: PageState) {
            pages[state] = shared(page)
            byteCount += PageShelf.bytesPerPage
        }

        private mutating func shared(_ page: PreparedPage) -> PreparedPage {
            guard case .cut(var cuts, let fields) = page else { return page }
            cuts.shareTexts { text in
                let (isNew, stored) = texts.insert(text)
                if isNew { byteCount += text.count }
                return stored
            }
            return .cut(cuts, headers.insert(fields).memberAfterInsert)
        }
    }

    private struct Contents {
        var young = Generation()
        var old = Generation()
        /// States that were asked for and have no page yet.
        var asked: Set<PageState> = []
    }

    /// Of a generation.
    private let capacity: Int
    private let byteLimit: Int
    private let contents = Mutex(Contents())

    /// - Parameters:
    ///   - capacity: pages in both generations.
    ///   - byteLimit: in both; the last page that is put before one is forgotten may exceed it.
    init(capacity: Int, byteLimit: Int) {
        self.capacity = max(1, capacity / 2)
        self.byteLimit = byteLimit / 2
    }

    /// For forms shown for the first time and for notices.
    static func ofFirst() -> PageShelf { PageShelf(capacity: 4_096, byteLimit: 8 << 20) }

    /// For forms that come back.
    static func ofReturned() -> PageShelf { PageShelf(capacity: 512, byteLimit: 2 << 20) }

    /// How many pages there are, and the memory for them in bytes, roughly.
    var footprint: (pages: Int, bytes: Int) {
        contents.withLock { contents in
            let (young, old) = (contents.young, contents.old)
            return (young.pages.count + old.pages.count, young.byteCount + old.byteCount)
        }
    }

    subscript(state: PageState) -> PreparedPage? {
        contents.withLock { contents in
            if let page = contents.young.pages[state] { return page }
            guard let page = contents.old.pages.removeValue(forKey: state) else { return nil }
            put(page, for: state, &contents)
            return page
        }
    }

    /// Whether the state was asked for before; from now on it was.
    func wasAsked(for state: PageState) -> Bool {
        contents.withLock { contents in
            if contents.asked.count >= 2 * capacity { contents.asked = [] }
            return !contents.asked.insert(state).inserted
        }
    }

    /// Does nothing when there is one already.
    func put(_ page: PreparedPage, for state: PageState) {
        contents.withLock { contents in
            guard contents.young.pages[state] == nil else { return }
            contents.asked.remove(state)
            put(page, for: state, &contents)
        }
    }

    private func put(_ page: PreparedPage, for state: PageState, _ contents: inout Contents) {
        if contents.young.pages.count >= capacity || contents.young.byteCount >= byteLimit {
            contents.old = contents.young
            contents.young = Generation()
        }
        contents.young.put(page, for: state)
    }
}
