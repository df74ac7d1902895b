import CJQ
import NPSModel

extension JSONValue {
    private static let depthLimit = 64
    /// What a value costs beside its text, about as much as a Swift value takes.
    private static let valueSize = 32

    /// Reads a valid value of libjq and frees it.
    ///
    /// - Parameter budget: bytes; what the value takes is subtracted. A value that occurs twice in an output is one in
    ///   libjq and two here, so that a small payload can have huge outputs.
    init(consuming value: jv, budget: inout Int) throws(JQFailure) {
        try self.init(consuming: value, depth: 0, budget: &budget)
    }

    private init(consuming value: jv, depth: Int, budget: inout Int) throws(JQFailure) {
        defer { jv_free(value) }
        guard depth < Self.depthLimit else { throw .tooDeep }
        budget -= Self.valueSize
        guard budget >= 0 else { throw .tooLarge }
        switch jv_get_kind(value) {
        case JV_KIND_FALSE: self = .bool(false)
        case JV_KIND_TRUE: self = .bool(true)
        case JV_KIND_NUMBER: self = Self.readable(jv_number_value(value))
        case JV_KIND_STRING: self = .string(try Self.text(value, budget: &budget))
        case JV_KIND_ARRAY:
            var elements: [JSONValue] = []
            for index in 0..<max(0, jv_array_length(jv_copy(value))) {
                let element = jv_array_get(jv_copy(value), index)
                elements.append(try JSONValue(consuming: element, depth: depth + 1, budget: &budget))
            }
            self = .array(elements)
        case JV_KIND_OBJECT:
            self = .object(try Self.members(value, depth: depth, budget: &budget))
        default: self = .null
        }
    }

    private static func members(
        _ object: jv,
        depth: Int,
        budget: inout Int
    ) throws(JQFailure) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        var iterator = jv_object_iter(object)
        while jv_object_iter_valid(object, iterator) != 0 {
            let key = jv_object_iter_key(object, iterator)
            defer { jv_free(key) }
            let name = try text(key, budget: &budget)
            let member = jv_object_iter_value(object, iterator)
            members[name] = try JSONValue(consuming: member, depth: depth + 1, budget: &budget)
            iterator = jv_object_iter_next(object, iterator)
        }
        return members
    }

    /// libjq has only doubles. NaN and the infinities, which JSON doesn't have, become null.
    private static func readable(_ number: Double) -> JSONValue {
        guard number.isFinite else { return .null }
        return Int64(exactly: number).map(JSONValue.integer) ?? .number(number)
    }

    private static func text(_ string: jv, budget: inout Int) throws(JQFailure) -> String {
        let length = Int(jv_string_length_bytes(jv_copy(string)))
        budget -= length
        guard budget >= 0 else { throw .tooLarge }
        let bytes = UnsafeRawBufferPointer(start: jv_string_value(string), count: max(0, length))
        return String(decoding: bytes, as: UTF8.self)
    }
}
