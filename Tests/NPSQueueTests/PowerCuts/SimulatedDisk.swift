/// Files as a power cut may leave them: what was synced, and any part of what was not.
///
/// It promises as much as SQLite's documentation relies on, and no more: a sync makes a file's content durable, a sync
/// of the directory its entry; until then each write may be there, missing or torn at sectors, whatever came before or
/// after it. A sector that isn't written keeps its bytes, and one by which the file has grown may hold anything.
struct SimulatedDisk: Sendable {
    private enum Change: Sendable {
        case write(offset: Int, bytes: [UInt8])
        case truncate(size: Int)
    }

    private struct File: Sendable {
        var durable: [UInt8] = []
        var unsynced: [Change] = []
    }

    private struct Link: Sendable {
        let name: String
        /// Nil: the name was removed.
        let file: Int?
    }

    private static let sector = 512

    private var files: [File] = []
    private var names: [String: Int] = [:]
    private var unsyncedLinks: [Link] = []
    private let ignoresSyncs: Bool

    /// - Parameters:
    ///   - initial: durable files, numbered as in ``DiskRecording``.
    ///   - ignoresSyncs: a disk that doesn't do what it confirms.
    init(_ initial: [String: [UInt8]], ignoresSyncs: Bool = false) {
        self.ignoresSyncs = ignoresSyncs
        for (name, bytes) in initial.sorted(by: { $0.key < $1.key }) {
            names[name] = files.count
            files.append(File(durable: bytes))
        }
    }

    mutating func apply(_ operation: DiskRecording.Operation) {
        switch operation {
        case .create(let file, let name):
            while files.count <= file { files.append(File()) }
            unsyncedLinks.append(Link(name: name, file: file))
        case .write(let file, let offset, let bytes):
            files[file].unsynced.append(.write(offset: offset, bytes: bytes))
        case .truncate(let file, let size):
            files[file].unsynced.append(.truncate(size: size))
        case .delete(let name):
            unsyncedLinks.append(Link(name: name, file: nil))
        case .sync(let file):
            if !ignoresSyncs { sync(file) }
        case .syncDirectory:
            if !ignoresSyncs { syncDirectory() }
        }
    }

    private mutating func sync(_ file: Int) {
        var content = Content(bytes: files[file].durable, filler: 0)
        files[file].durable = []
        for change in files[file].unsynced { content.apply(change) }
        files[file] = File(durable: content.bytes)
    }

    private mutating func syncDirectory() {
        for link in unsyncedLinks { names[link.name] = link.file }
        unsyncedLinks = []
    }

    /// The files after a power cut at this moment.
    func afterPowerCut(using generator: inout SeededGenerator) -> [String: [UInt8]] {
        let luck = Luck.allCases.randomElement(using: &generator) ?? .any
        var image: [String: [UInt8]] = [:]
        for (name, file) in survivingNames(luck, &generator).sorted(by: { $0.key < $1.key }) {
            image[name] = content(of: files[file], luck, &generator)
        }
        return image
    }

    /// For each name, some of the first changes of its entry.
    private func survivingNames(_ luck: Luck, _ generator: inout SeededGenerator) -> [String: Int] {
        var surviving = names
        let changes = Dictionary(grouping: unsyncedLinks, by: \.name)
        for (name, links) in changes.sorted(by: { $0.key < $1.key }) {
            let count = luck.survivors(of: links.count, &generator)
            if count > 0 { surviving[name] = links[count - 1].file }
        }
        return surviving
    }

    private func content(of file: File, _ luck: Luck, _ generator: inout SeededGenerator) -> [UInt8] {
        var content = Content(bytes: file.durable, filler: Bool.random(using: &generator) ? 0 : 0xa5)
        let count = luck == .any ? file.unsynced.count : luck.survivors(of: file.unsynced.count, &generator)
        for change in file.unsynced.prefix(count) {
            switch luck == .any ? Int.random(in: 0..<3, using: &generator) : 0 {
            case 0: content.apply(change)
            case 1: content.tear(change, &generator)
            default: break
            }
        }
        // The one that the cut interrupted.
        if luck == .first, count < file.unsynced.count { content.tear(file.unsynced[count], &generator) }
        return content.bytes
    }

    /// Which of the changes survive that weren't synced.
    private enum Luck: CaseIterable {
        case all
        case none
        /// Some of the first.
        case first
        case any

        func survivors(of count: Int, _ generator: inout SeededGenerator) -> Int {
            switch self {
            case .all: count
            case .none: 0
            case .first, .any: Int.random(in: 0...count, using: &generator)
            }
        }
    }

    private struct Content {
        var bytes: [UInt8]
        /// What is in a part that was never written.
        let filler: UInt8

        mutating func apply(_ change: Change) {
            switch change {
            case .write(let offset, let new): write(new[...], at: offset)
            case .truncate(let size): if size < bytes.count { bytes.removeLast(bytes.count - size) } else { grow(size) }
            }
        }

        /// Some of the sectors of a write; a truncation happens or doesn't.
        mutating func tear(_ change: Change, _ generator: inout SeededGenerator) {
            switch change {
            case .truncate:
                if Bool.random(using: &generator) { apply(change) }
            case .write(let offset, let new):
                var start = 0
                while start < new.count {
                    let end = min(new.count, start + SimulatedDisk.sector - (offset + start) % SimulatedDisk.sector)
                    if Bool.random(using: &generator) { write(new[start..<end], at: offset + start) }
                    start = end
                }
                // The size may be there before the bytes are.
                if Bool.random(using: &generator) { grow(offset + new.count) }
            }
        }

        private mutating func grow(_ size: Int) {
            if bytes.count < size { bytes += [UInt8](repeating: filler, count: size - bytes.count) }
        }

        private mutating func write(_ new: ArraySlice<UInt8>, at offset: Int) {
            grow(offset + new.count)
            bytes.withUnsafeMutableBytes { all in
                new.withUnsafeBytes { all[offset..<offset + new.count].copyBytes(from: $0) }
            }
        }
    }
}
