import NPSModel

/// One field of a form, decoded.
struct FormField: Hashable {
    /// Fields in one form; more than any survey has, so that reading a form has a bounded cost.
    static let limit = 1_000

    let name: String
    let value: String
}

extension [FormField] {
    /// The fields as one object. Names in the bracket notation of PHP and Rails are nested: `response[score]` is `score`
    /// in `response`, `a[]` an element of `a`. A repeated field becomes a list. No field is lost: a name with malformed
    /// brackets, or one that clashes with another field, is kept as it is.
    var json: JSONValue {
        var nested = NestedFields()
        for field in self { nested.insert(field) }
        return nested.json
    }
}

/// A form's fields while they are nested into one object.
private struct NestedFields {
    /// Brackets in one name.
    private static let depthLimit = 8

    private var members: [String: JSONValue] = [:]

    var json: JSONValue { .object(members) }

    mutating func insert(_ field: FormField) {
        let path = Self.path(field.name)
        if let nested = Self.inserted(.string(field.value), at: path[...], in: .object(members)),
            case .object(let members) = nested
        {
            self.members = members
        } else {
            members[field.name] = Self.joined(members[field.name], .string(field.value))
        }
    }

    /// `a[b][]` → `a`, `b` and an empty step; a name without well-formed brackets is one step.
    private static func path(_ name: String) -> [String] {
        guard let open = name.firstIndex(of: "["), open > name.startIndex, name.last == "]" else { return [name] }
        let inner = name[name.index(after: open)...].dropLast()
        let steps = inner.split(separator: "][", omittingEmptySubsequences: false)
        guard steps.count <= depthLimit, steps.allSatisfy({ !$0.contains("[") && !$0.contains("]") }) else {
            return [name]
        }
        return [String(name[..<open])] + steps.map(String.init)
    }

    /// The existing value with the new one added at this path; nil when they clash.
    private static func inserted(
        _ value: JSONValue,
        at path: ArraySlice<String>,
        in existing: JSONValue?
    ) -> JSONValue? {
        guard let step = path.first else {
            if case .object? = existing { return nil }
            return joined(existing, value)
        }
        let rest = path.dropFirst()
        if step.isEmpty, !rest.isEmpty || existing != nil {
            guard let element = inserted(value, at: rest, in: nil) else { return nil }
            switch existing {
            case nil: return .array([element])
            case .array(let elements)?: return .array(elements + [element])
            default: return nil
            }
        }
        if step.isEmpty { return .array([value]) }
        switch existing {
        case nil: return inserted(value, at: rest, in: nil).map { .object([step: $0]) }
        case .object(var members)?:
            guard let member = inserted(value, at: rest, in: members[step]) else { return nil }
            members[step] = member
            return .object(members)
        default: return nil
        }
    }

    private static func joined(_ existing: JSONValue?, _ value: JSONValue) -> JSONValue {
        switch existing {
        case nil: value
        case .array(let elements)?: .array(elements + [value])
        case let other?: .array([other, value])
        }
    }
}
