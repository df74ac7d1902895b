import NPSModel

/// All that is stored of a response.
struct StoredResponse: Sendable, Hashable {
    /// The place in the order of acceptance; it never changes.
    let sequence: Int64
    let id: ResponseID
    let source: String
    let acceptedAt: Milliseconds
    var lifecycle: ResponseLifecycle
    /// The ``PersonKey`` digest of the address. Nil when it is no longer needed, and in rows that were delivered by a
    /// version without it.
    var person: KeyedDigest?
    /// A keyed `ContentDigest` of what was delivered; nil for what isn't delivered, and where none is kept.
    var contentDigest: KeyedDigest?
    var history = AttemptHistory()
    /// `SurveyResponse/notes` as JSON; nil when there are none.
    var notes: String?
    /// By what it is counted. Nil for what may be a bot's, for what is erased, and in rows of a version that counted nothing.
    var tally: TallyCode?
    /// ``StoredContent`` as JSON; nil once it is delivered or erased.
    var payload: String?

    /// The stored answer; nil where there is none, or none that this version can read.
    var content: StoredContent? { payload.flatMap(StoredContent.init(json:)) }

    /// About how much memory it takes, in bytes.
    var size: Int { 512 + [payload, notes, history.json].reduce(0) { $0 + ($1?.utf8.count ?? 0) } }
}

extension [StoredResponse] {
    /// The first of them, and no more once those have so many bytes together (``StoredResponse/size``).
    func first(upTo byteLimit: Int) -> [StoredResponse] {
        guard byteLimit < .max else { return self }
        var bytes = 0
        let last = firstIndex { response in
            bytes += response.size
            return bytes >= byteLimit
        }
        return last.map { Array(self[...$0]) } ?? self
    }
}

/// A response that is accepted now.
struct NewResponse: Sendable {
    let id: ResponseID
    let source: String
    let acceptedAt: Milliseconds
    let lifecycle: ResponseLifecycle
    let person: KeyedDigest
    let notes: String?
    let tally: TallyCode?
    let payload: String
}

extension StoredResponse {
    init(_ new: NewResponse, sequence: Int64) {
        self.init(
            sequence: sequence,
            id: new.id,
            source: new.source,
            acceptedAt: new.acceptedAt,
            lifecycle: new.lifecycle,
            person: new.person,
            notes: new.notes,
            tally: new.tally,
            payload: new.payload
        )
    }
}

/// What a transaction makes of a stored response.
struct ResponseChange: Sendable {
    let old: StoredResponse
    let new: StoredResponse

    /// Whether something of the person, or that leads to the person's record, is gone from where it was.
    var deletesContent: Bool {
        old.payload != new.payload || old.notes != new.notes || old.person != new.person
            || old.lifecycle.planhatID != new.lifecycle.planhatID || !new.lifecycle.keepsContent
    }
}
