import NPSModel

extension JSONValue {
    /// Every value that differs from this one in a single place, where something of another kind stands or nothing.
    var alterations: [JSONValue] {
        let others: [JSONValue] = [
            .null, .bool(false), .integer(-1), .number(0.5), .string("x"), .array([]), .array([.null]), .object([:]),
        ]
        return others + altered
    }

    private var altered: [JSONValue] {
        switch self {
        case .array(let elements):
            elements.indices.flatMap { index in
                elements[index].alterations.map { alteration in
                    var elements = elements
                    elements[index] = alteration
                    return .array(elements)
                }
            }
        case .object(let members):
            members.keys.sorted().flatMap { key -> [JSONValue] in
                var rest = members
                let alterations = rest.removeValue(forKey: key)?.alterations ?? []
                return [.object(rest)] + alterations.map { .object(rest.merging([key: $0]) { $1 }) }
            }
        default: []
        }
    }
}
