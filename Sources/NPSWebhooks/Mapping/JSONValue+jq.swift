import CJQ
import NPSModel

extension JSONValue {
    private static let depthLimit = 64

    /// Reads a valid value of libjq and frees it. Nil when it is nested more than 64 levels deep.
    init?(consuming value: jv) {
        self.init(consuming: value, depth: 0)
    }

    private init?(consuming value: jv, depth: Int) {
        defer { jv_free(value) }
        guard depth < Self.depthLimit else { return nil }
        switch jv_get_kind(value) {
        case JV_KIND_FALSE: self = .bool(false)
        case JV_KIND_TRUE: self = .bool(true)
        case JV_KIND_NUMBER: self = Self.readable(jv_number_value(value))
        case JV_KIND_STRING: self = .string(Self.text(value))
        case JV_KIND_ARRAY:
            var elements: [JSONValue] = []
            for index in 0..<max(0, jv_array_length(jv_copy(value))) {
                let element = jv_array_get(jv_copy(value), index)
                guard let element = JSONValue(consuming: element, depth: depth + 1) else { return nil }
                elements.append(element)
            }
            self = .array(elements)
        case JV_KIND_OBJECT:
            guard let members = Self.members(value, depth: depth) else { return nil }
            self = .object(members)
        default: self = .null
        }
    }

    private static func members(_ object: jv, depth: Int) -> [String: JSONValue]? {
        var members: [String: JSONValue] = [:]
        var iterator = jv_object_iter(object)
        while jv_object_iter_valid(object, iterator) != 0 {
            let key = jv_object_iter_key(object, iterator)
            let name = text(key)
            jv_free(key)
            let member = jv_object_iter_value(object, iterator)
            guard let member = JSONValue(consuming: member, depth: depth + 1) else { return nil }
            members[name] = member
            iterator = jv_object_iter_next(object, iterator)
        }
        return members
    }

    /// libjq has only doubles. NaN and the infinities, which JSON doesn't have, become null.
    private static func readable(_ number: Double) -> JSONValue {
        guard number.isFinite else { return .null }
        return Int64(exactly: number).map(JSONValue.integer) ?? .number(number)
    }

    private static func text(_ string: jv) -> String {
        let length = Int(jv_string_length_bytes(jv_copy(string)))
        let bytes = UnsafeRawBufferPointer(start: jv_string_value(string), count: max(0, length))
        return String(decoding: bytes, as: UTF8.self)
    }
}
