package import Foundation
package import Logging

/// Moves a whole queue from one database to another: `queue move`.
///
/// Rows are copied in pages, each in one transaction of the target with how far that is, so that a move that was
/// interrupted anywhere is finished by the same call. Then both databases are read and compared. ``MoveMark`` says what
/// keeps collectors out of either.
package struct QueueMove: Sendable {
    /// What one transaction adds at most.
    struct Page: Sendable {
        var rows = 2_000
        var entries = 200
        /// It ends with what reaches this.
        var bytes = 4 << 20
    }

    private let source: ResponseQueue.Configuration
    private let target: ResponseQueue.Configuration
    private let now: @Sendable () -> Date
    private let logger: Logger
    var page = Page()
    /// For how long collectors may take to end.
    var patience = Duration.seconds(3)
    /// Called after each transaction; a test ends the move there.
    var didCommit: @Sendable () throws(QueueError) -> Void = {}

    package init(
        from source: ResponseQueue.Configuration,
        to target: ResponseQueue.Configuration,
        now: @escaping @Sendable () -> Date = { Date() },
        logger: Logger
    ) {
        self.source = source.forMoving
        self.target = target.forMoving
        self.now = now
        self.logger = logger
    }

    private var addresses: (from: String, to: String) { (source.store.address, target.store.address) }

    /// Moves everything, or the rest of it. Does nothing when that has been done.
    ///
    /// - Throws: `moved` when the queue is somewhere else already, `unmovable` when the two can't be source and target,
    ///   `unverifiedMove` when the copy isn't what the source is, and whatever either database throws.
    package func run(
        onProgress: (MoveProgress) -> Void = { _ in }
    ) async throws(QueueError) -> MoveReport {
        guard addresses.from != addresses.to else {
            throw .unmovable("The queue is in \(addresses.to) already.")
        }
        return try await withSource { source throws(QueueError) in
            try await upgrade(source, onProgress)
            let course = try await withQueue(target) { target throws(QueueError) in
                try await beginning.begin(source, target)
            }
            // Opened anew, since its key may be another one now.
            return try await withQueue(target) { target throws(QueueError) in
                switch course {
                case .done: break
                case .copy(let leaving, let filling):
                    let mark = try await copy(source, target, filling, onProgress)
                    try await end(source, target, leaving, mark)
                }
                let books = try await target.read { transaction in transaction.state.books }
                return MoveReport(from: addresses.from, to: addresses.to, isMovedNow: course != .done, books)
            }
        }
    }

    private var beginning: MoveBeginning {
        MoveBeginning(from: addresses.from, to: addresses.to, didCommit: didCommit, patience: patience)
    }

    /// A file that isn't there is a mistake, and not an empty queue.
    private func withSource<Value>(
        _ body: (ResponseQueue) async throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        if case .file(let path) = source.store, access(path, F_OK) != 0 {
            let whole = URL(fileURLWithPath: path).path
            throw .unmovable("There is no file \(whole), which queue.url names. Name it from / on, or change there.")
        }
        return try await withQueue(source, body)
    }

    private func withQueue<Value>(
        _ configuration: ResponseQueue.Configuration,
        _ body: (ResponseQueue) async throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        let queue = try ResponseQueue(configuration: configuration, now: now, logger: logger)
        do throws(QueueError) {
            let value = try await body(queue)
            await queue.close()
            return value
        } catch {
            await queue.close()
            throw error
        }
    }

    private func upgrade(_ source: ResponseQueue, _ onProgress: (MoveProgress) -> Void) async throws(QueueError) {
        var isAtEnd = false
        while let progress = try await source.upgrade(limit: page.rows) {
            guard !isAtEnd else {
                throw .unmovable("Rows of an earlier version can't be read, so they can't be moved: see Operations.")
            }
            isAtEnd = progress.reached == progress.last
            onProgress(MoveProgress(step: .upgrading, done: progress.percent, total: 100))
        }
    }

    /// Returns the target's mark, by which everything is there.
    private func copy(
        _ source: ResponseQueue,
        _ target: ResponseQueue,
        _ filling: MoveMark,
        _ onProgress: (MoveProgress) -> Void
    ) async throws(QueueError) -> MoveMark {
        // What an earlier program changed in a shared database, nothing finds in a file.
        if filling.position == MovePosition() { try await source.tallyAllFormer() }
        let books = try await source.read { transaction in transaction.state.books }
        let terms = terms(books)
        let total = books.rows
        var done = try await target.read { transaction in transaction.state.books }.rows
        var mark = filling
        onProgress(MoveProgress(step: .copying, done: done, total: total))
        while !mark.position.isComplete {
            done += try await copyPage(source, target, terms, &mark)
            try didCommit()
            onProgress(MoveProgress(step: .copying, done: done, total: total))
        }
        if let epoch = try await source.read({ transaction in transaction.state.epoch }), epoch.restoredAt != nil {
            try await target.transact { transaction in transaction.state.epoch?.take(epoch) }
        }
        if terms.upsertsAll {
            // Whether a PostgreSQL was put back to an earlier state, nothing there tells.
            try await target.transact { transaction in transaction.state.epoch?.upsertsThrough = .max }
        }
        try await verify(source, target, terms, onProgress)
        return mark
    }

    private func terms(_ books: Books) -> MoveTerms {
        let isShared = if case .postgres = source.store { true } else { false }
        return MoveTerms(
            now: Milliseconds(now()),
            due: now().addingTimeInterval(source.ambiguousGrace(books.sending)),
            upsertsAll: isShared
        )
    }

    /// Copies what comes next: responses first, then the quarantine, then the rest. Returns how many rows it had.
    private func copyPage(
        _ source: ResponseQueue,
        _ target: ResponseQueue,
        _ terms: MoveTerms,
        _ mark: inout MoveMark
    ) async throws(QueueError) -> Int {
        let (known, page) = (mark, page)
        let responses = try await source.responses(after: known.position.response, page).map(terms.moved)
        if !responses.isEmpty {
            mark = try await target.transact { transaction in try transaction.add(responses, under: known) }
            return responses.count
        }
        let entries = try await source.read { transaction in
            try transaction.entries(after: known.position.entry, limit: page.entries, byteLimit: page.bytes)
        }
        if !entries.isEmpty {
            mark = try await target.transact { transaction in try transaction.add(entries, under: known) }
            return entries.count
        }
        let rest = try await source.read { transaction in try transaction.rest() }
        mark = try await target.transact { transaction in try transaction.add(rest, under: known) }
        return 0
    }
}

extension QueueMove {
    /// Reads both databases and throws `unverifiedMove` unless they hold the same, and each what its books say.
    private func verify(
        _ source: ResponseQueue,
        _ target: ResponseQueue,
        _ terms: MoveTerms,
        _ onProgress: (MoveProgress) -> Void
    ) async throws(QueueError) {
        let here = try await source.read { transaction in transaction.state.books }
        let there = try await target.read { transaction in transaction.state.books }
        let total = here.rows + there.rows
        var done = 0
        func sum(_ queue: ResponseQueue) async throws(QueueError) -> MoveChecksum {
            try await queue.checksum(terms, page) { count in
                done += count
                onProgress(MoveProgress(step: .verifying, done: done, total: total))
            }
        }
        let (original, copy) = (try await sum(source), try await sum(target))
        guard original.agrees(with: here) else {
            throw .unverifiedMove("the books of \(addresses.from) aren't what its rows are")
        }
        guard copy.agrees(with: there) else {
            throw .unverifiedMove("the books of \(addresses.to) aren't what its rows are")
        }
        let isRecordSame = try await target.record().continues(source.record())
        guard original == copy, here.moved == there.moved, isRecordSame else {
            throw .unverifiedMove("\(addresses.to) doesn't hold what \(addresses.from) holds")
        }
    }

    private func end(
        _ source: ResponseQueue,
        _ target: ResponseQueue,
        _ leaving: MoveMark,
        _ filling: MoveMark
    ) async throws(QueueError) {
        if leaving.stage != .left {
            try await source.transact { transaction in
                try transaction.expect(leaving)
                var left = leaving
                left.stage = .left
                try transaction.rows.write(left)
            }
            try didCommit()
        }
        try await target.removeMark(filling)
        try didCommit()
    }

    /// What a move that was given up had to do with a database, and the address of the other one.
    package enum Cancelled: Sendable, Hashable {
        /// It can be opened again. What the target has stays there, of no use.
        case source(to: String)
        /// Nothing had been copied there yet.
        case target(of: String)
    }

    /// Gives an unfinished move up: the database can be opened again.
    ///
    /// - Parameter configuration: the source's, or that of a target to which nothing was copied yet.
    /// - Throws: `unmovable` when nothing is being moved out of it, `moved` when everything was, and `unfinishedMove` for
    ///   a target that has something of the source.
    package static func cancel(
        _ configuration: ResponseQueue.Configuration,
        logger: Logger
    ) async throws(QueueError) -> Cancelled {
        let move = QueueMove(from: configuration, to: configuration, logger: logger)
        return try await move.withSource { queue throws(QueueError) in
            let address = move.addresses.from
            return try await queue.transact { transaction in
                guard let mark = try transaction.rows.moveMark() else {
                    throw QueueError.unmovable("Nothing is being moved out of \(address).")
                }
                guard mark.stage == .leaving || mark.isUntouched else { throw mark.refusal(of: address) }
                if mark.isUntouched { try transaction.endFilling() }
                try transaction.rows.write(nil)
                return mark.stage == .leaving ? .source(to: mark.other) : .target(of: mark.other)
            }
        }
    }
}

extension Books {
    /// How many rows they count.
    fileprivate var rows: Int { accepted - removedDelivered - removedErased + quarantined }

    /// What has to be the same on both sides. What was being sent waits at the target.
    fileprivate var moved: [Int] {
        [
            accepted, pending + sending, delivered, parked, erased, quarantined, quarantinedBytes, removedDelivered,
            removedErased, unconfirmed,
        ]
    }
}
