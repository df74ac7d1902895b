import HTTPTypes
import Synchronization

/// Prepared pages by their state. The texts and headers that they have in common are stored once. When it is full, in
/// pages or in bytes, it is emptied and filled anew.
final class PageShelf: Sendable {
    /// A page's entry in the table, and its pieces without their texts; generously.
    static let bytesPerPage = 512

    private struct Contents {
        var pages: [PageState: PreparedPage] = [:]
        var texts: Set<[UInt8]> = []
        var headers: Set<HTTPFields> = []
        /// States that were asked for and have no page yet.
        var asked: Set<PageState> = []
        var byteCount = 0

        mutating func shared(_ page: PreparedPage) -> PreparedPage {
            guard case .cut(var cuts, let fields) = page else { return page }
            cuts.shareTexts { text in
                let (isNew, stored) = texts.insert(text)
                if isNew { byteCount += text.count }
                return stored
            }
            return .cut(cuts, headers.insert(fields).memberAfterInsert)
        }
    }

    private let capacity: Int
    private let byteLimit: Int
    private let contents = Mutex(Contents())

    /// - Parameter byteLimit: the last page that is put before it is emptied may exceed it.
    init(capacity: Int, byteLimit: Int) {
        self.capacity = capacity
        self.byteLimit = byteLimit
    }

    /// For forms shown for the first time and for notices.
    static func ofFirst() -> PageShelf { PageShelf(capacity: 4_096, byteLimit: 8 << 20) }

    /// For forms that come back.
    static func ofReturned() -> PageShelf { PageShelf(capacity: 512, byteLimit: 2 << 20) }

    /// How many pages there are, and the memory for them in bytes, roughly.
    var footprint: (pages: Int, bytes: Int) { contents.withLock { ($0.pages.count, $0.byteCount) } }

    subscript(state: PageState) -> PreparedPage? { contents.withLock { $0.pages[state] } }

    /// Whether the state was asked for before; from now on it was.
    func wasAsked(for state: PageState) -> Bool {
        contents.withLock { contents in
            if contents.asked.count >= capacity { contents.asked = [] }
            return !contents.asked.insert(state).inserted
        }
    }

    /// Does nothing when there is one already.
    func put(_ page: PreparedPage, for state: PageState) {
        contents.withLock { contents in
            guard contents.pages[state] == nil else { return }
            if contents.pages.count >= capacity || contents.byteCount >= byteLimit { contents = Contents() }
            contents.asked.remove(state)
            contents.pages[state] = contents.shared(page)
            contents.byteCount += Self.bytesPerPage
        }
    }
}
