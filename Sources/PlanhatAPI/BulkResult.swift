package import NPSModel

/// The result of a bulk upsert: the envelope that comes with 200, 206, 400 and 403 alike.
package struct BulkResult: Sendable, Equatable {
    /// The keyables of one item, as Planhat repeats them.
    package struct Keys: Sendable, Hashable {
        package let id: String?
        package let sourceId: String?
    }

    package let status: Int
    package let created: Int
    package let updated: Int
    package let nonupdates: Int
    package let insertsKeys: [Keys]
    package let updatesKeys: [Keys]
    /// Strings or objects: their shape is documented nowhere.
    package let createdErrors: [JSONValue]
    package let updatedErrors: [JSONValue]
    package let permissionErrors: [JSONValue]
    /// Of any other key that ends in `Errors`.
    package let otherErrors: [JSONValue]

    /// Nil when the value is no envelope: it has none of the counts, and no key that ends in `Errors`. Counts that are
    /// missing or negative are read as 0.
    ///
    /// - Parameter token: is removed from the errors, in case they repeat it.
    package init?(_ json: JSONValue, status: Int, hiding token: String? = nil) {
        guard case .object(let members) = json else { return nil }
        let named: Set = ["createdErrors", "updatedErrors", "permissionErrors"]
        let errorKeys = members.keys.filter { $0.hasSuffix("Errors") }
        guard !errorKeys.isEmpty || ["created", "updated", "nonupdates"].contains(where: { members[$0] != nil }) else {
            return nil
        }
        func count(_ name: String) -> Int { members[name]?.count ?? 0 }
        func list(_ name: String) -> [JSONValue] {
            guard case .array(let elements)? = members[name] else { return [] }
            return elements
        }
        func errors(_ name: String) -> [JSONValue] {
            guard let token else { return list(name) }
            return list(name).map { Redaction.hiding(token, in: $0) }
        }
        self.status = status
        created = count("created")
        updated = count("updated")
        nonupdates = count("nonupdates")
        insertsKeys = list("insertsKeys").map(Keys.init)
        updatesKeys = list("updatesKeys").map(Keys.init)
        createdErrors = errors("createdErrors")
        updatedErrors = errors("updatedErrors")
        permissionErrors = errors("permissionErrors")
        otherErrors = errorKeys.filter { !named.contains($0) }.sorted().flatMap(errors)
    }

    /// All of them; empty when nothing was refused.
    package var errors: [JSONValue] { createdErrors + updatedErrors + permissionErrors + otherErrors }

    /// Whether nothing was applied, and lacking permission is the only reason: then permission lacks for everything.
    package var isDenied: Bool {
        applied == 0 && !permissionErrors.isEmpty && permissionErrors.count == errors.count
    }

    /// Items that were applied, or matched and needed no change.
    package var applied: Int {
        [updated, nonupdates].reduce(created) { sum, count in
            let (result, overflows) = sum.addingReportingOverflow(count)
            return overflows ? .max : result
        }
    }

    /// The keys that prove an item's success; nil when its `sourceId` isn't among them.
    package func proof(of sourceId: String) -> Keys? {
        insertsKeys.first { $0.sourceId == sourceId } ?? updatesKeys.first { $0.sourceId == sourceId }
    }
}

extension BulkResult.Keys {
    init(_ json: JSONValue) {
        self.init(id: json["_id"]?.string ?? json.string, sourceId: json["sourceId"]?.string)
    }
}

extension JSONValue {
    /// The value as a count, whole and never negative; nil for everything else. Some senders write counts as doubles.
    var count: Int? {
        switch self {
        case .integer(let number): Int(clamping: max(0, number))
        case .number(let number): Int(exactly: number).map { max(0, $0) }
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
