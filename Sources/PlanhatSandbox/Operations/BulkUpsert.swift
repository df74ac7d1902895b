import NPSModel

/// Decides what a bulk request does, item by item in the order of the request.
struct BulkUpsert: Sendable {
    static let largestCount = 5_000

    let items: [BulkItem]
    let behaviour: Behaviour
    /// Every second item fails, beginning with the first.
    let partial: PartialFailure?

    init(_ items: [JSONValue], behaviour: Behaviour, partial: PartialFailure? = nil) {
        self.items = items.map { BulkItem($0, objectIDs: behaviour.objectIDs) }
        self.behaviour = behaviour
        self.partial = partial
    }

    /// The envelope of a request with more items than are allowed.
    static func tooMany(_ behaviour: Behaviour) -> BulkEnvelope {
        BulkEnvelope(createdErrors: [entry("at most \(largestCount) items are allowed", nil, behaviour)])
    }

    var interest: Snapshot.Interest {
        var interest = Snapshot.Interest()
        for item in items {
            if let id = item.id { interest.ids.insert(id) }
            if let source = item.sourceID { interest.sourceIDs.insert(source) }
            if case .success(let patch) = item.patch { interest.include(patch) }
        }
        return interest
    }

    func perform(_ writer: inout RecordWriter) -> BulkEnvelope {
        var envelope = BulkEnvelope()
        let repeated = repetitions()
        if behaviour.bulkRepeat == .whole400, !repeated.isEmpty {
            for index in repeated.sorted() {
                envelope.createdErrors.append(entry(Rejection.duplicatedSourceID.message, items[index]))
            }
            return envelope
        }
        for (index, item) in items.enumerated() {
            let match = match(item, in: writer.snapshot)
            do throws(Rejection) {
                if behaviour.bulkRepeat == .itemError, repeated.contains(index) { throw .duplicatedSourceID }
                if partial != nil, index.isMultiple(of: 2) { throw Self.partialFailure }
                try perform(item, match, &writer, &envelope)
            } catch {
                note(error, of: item, matched: match != nil, in: &envelope)
            }
        }
        return envelope
    }

    private func perform(
        _ item: BulkItem,
        _ match: StoredRecord?,
        _ writer: inout RecordWriter,
        _ envelope: inout BulkEnvelope
    ) throws(Rejection) {
        let patch = try item.patch.get()
        guard let match else {
            if let record = try writer.create(patch) { envelope.noteCreated(record) }
            return
        }
        if let record = writer.update(match, with: patch) {
            envelope.noteUpdated(record)
        } else {
            envelope.nonupdates += 1
        }
    }

    /// The keyables in the order that the reference gives: `_id`, then `sourceId`.
    private func match(_ item: BulkItem, in snapshot: Snapshot) -> StoredRecord? {
        if let id = item.id, let record = snapshot.recordsByID[id] { return record }
        return item.sourceID.flatMap { snapshot.recordsBySource[$0] }
    }

    /// The indices of items whose `sourceId` an earlier item has.
    private func repetitions() -> Set<Int> {
        var seen: Set<String> = []
        return Set(
            items.indices.filter { index in
                guard let source = items[index].sourceID else { return false }
                return !seen.insert(source).inserted
            }
        )
    }

    private static let partialFailure = Rejection(status: 400, message: "the item could not be saved")

    private func note(_ error: Rejection, of item: BulkItem, matched: Bool, in envelope: inout BulkEnvelope) {
        if partial == .permissions, error == Self.partialFailure {
            envelope.permissionErrors.append(entry("no permission", item))
        } else if matched {
            envelope.updatedErrors.append(entry(error.message, item))
        } else {
            envelope.createdErrors.append(entry(error.message, item))
        }
    }

    private func entry(_ message: String, _ item: BulkItem) -> JSONValue {
        Self.entry(message, item.json, behaviour)
    }

    private static func entry(_ message: String, _ item: JSONValue?, _ behaviour: Behaviour) -> JSONValue {
        switch behaviour.errorEntry {
        case .string: .string(message)
        case .object: .object(["message": .string(message), "item": item ?? .null])
        }
    }
}

/// One item of a bulk request: its keyables, and its properties or what is wrong with them.
struct BulkItem: Sendable {
    let json: JSONValue
    let id: String?
    let sourceID: String?
    let patch: Result<RecordPatch, Rejection>

    init(_ json: JSONValue, objectIDs: Behaviour.ObjectIDCheck) {
        self.json = json
        id = Self.key("_id", of: json)
        sourceID = Self.key("sourceId", of: json)
        do throws(Rejection) {
            patch = .success(try RecordPatch(json, objectIDs: objectIDs))
        } catch {
            patch = .failure(error)
        }
    }

    private static func key(_ name: String, of json: JSONValue) -> String? {
        guard let text = json[name]?.string, !text.isEmpty else { return nil }
        return text
    }
}
