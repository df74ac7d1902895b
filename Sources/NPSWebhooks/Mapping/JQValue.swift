import CJQ
import NPSModel

/// A value of libjq with one reference to it, which is given up when this goes out of scope or is taken.
struct JQValue: ~Copyable {
    private var raw: jv

    /// - Parameter raw: the reference becomes this value's own.
    init(consuming raw: jv) {
        self.raw = raw
    }

    deinit {
        jv_free(raw)
    }

    /// The reference, for one of libjq's functions, which consume their arguments.
    consuming func take() -> jv {
        let raw = raw
        discard self
        return raw
    }

    /// A reference of the caller's own.
    func copy() -> jv { jv_copy(raw) }

    /// Lends the value.
    func withValue<Result>(_ body: (jv) -> Result) -> Result { body(raw) }

    /// An object gets a member, or another value for it.
    mutating func set(_ name: consuming JQValue, _ value: consuming JQValue) {
        raw = jv_object_set(raw, name.take(), value.take())
    }

    /// An array gets another element.
    mutating func append(_ element: consuming JQValue) {
        raw = jv_array_append(raw, element.take())
    }
}

/// A value of libjq that several places of one interpreter refer to. Interpreters must not share any: libjq counts
/// references without regard to threads.
final class JQConstant {
    let value: jv

    /// - Parameter value: the reference becomes this constant's own.
    init(consuming value: jv) {
        self.value = value
    }

    convenience init(_ text: String) {
        self.init(consuming: jv_string(text))
    }

    deinit {
        jv_free(value)
    }
}

/// Reading a value without consuming it.
extension jv {
    var kind: jv_kind { jv_get_kind(self) }

    var isText: Bool { kind == JV_KIND_STRING }

    /// The UTF-8 of a text, valid as long as the text is; empty for any other kind of value.
    func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        guard isText else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
        let count = Int(jv_string_length_bytes(jv_copy(self)))
        return UnsafeRawBufferPointer(start: jv_string_value(self), count: count).withMemoryRebound(
            to: UInt8.self,
            body
        )
    }

    /// Calls this with each element of an array, or each member's value of an object in libjq's order, which is lent to it.
    ///
    /// - Returns: false for any other kind of value.
    func forEachElement<Failure>(_ body: (jv) throws(Failure) -> Void) throws(Failure) -> Bool {
        switch kind {
        case JV_KIND_ARRAY:
            for index in 0..<jv_array_length(jv_copy(self)) {
                let element = jv_array_get(jv_copy(self), index)
                defer { jv_free(element) }
                try body(element)
            }
        case JV_KIND_OBJECT:
            var iterator = jv_object_iter(self)
            while jv_object_iter_valid(self, iterator) != 0 {
                let value = jv_object_iter_value(self, iterator)
                defer { jv_free(value) }
                try body(value)
                iterator = jv_object_iter_next(self, iterator)
            }
        default: return false
        }
        return true
    }

    /// Calls this with the name and the value of each member of an object, in libjq's order, which are lent to it.
    func forEachMember<Failure>(_ body: (jv, jv) throws(Failure) -> Void) throws(Failure) {
        var iterator = jv_object_iter(self)
        while jv_object_iter_valid(self, iterator) != 0 {
            let name = jv_object_iter_key(self, iterator)
            defer { jv_free(name) }
            let value = jv_object_iter_value(self, iterator)
            defer { jv_free(value) }
            try body(name, value)
            iterator = jv_object_iter_next(self, iterator)
        }
    }

    /// The member of an object; null for one that it hasn't, and for any other kind of value.
    ///
    /// - Parameter name: a text, which is lent.
    func member(_ name: jv) -> JQValue {
        guard kind == JV_KIND_OBJECT else { return JQValue(consuming: jv_null()) }
        let member = jv_object_get(jv_copy(self), jv_copy(name))
        guard jv_is_valid(member) != 0 else {
            jv_free(member)
            return JQValue(consuming: jv_null())
        }
        return JQValue(consuming: member)
    }

    /// Whether it is an object with a member of this name, which may be null.
    func has(_ name: jv) -> Bool {
        kind == JV_KIND_OBJECT && jv_object_has(jv_copy(self), jv_copy(name)) != 0
    }

    /// Whether it is a text with this in it, in letters of any case.
    ///
    /// - Parameter part: in small letters; those beyond ASCII have one case only.
    func containsInAnyCase(_ part: [UInt8]) -> Bool {
        withText { text in
            guard isText, part.count <= text.count else { return false }
            return (0...text.count - part.count).contains { start in
                part.indices.allSatisfy { offset in
                    let byte = text[start + offset]
                    return part[offset] == (byte.isASCIILetter ? byte | 0x20 : byte)
                }
            }
        }
    }

    func isEqual(to other: jv) -> Bool { jv_equal(jv_copy(self), jv_copy(other)) != 0 }
}

extension String {
    /// The text of a value, which is lent; empty for one that is no text.
    init(_ value: jv) {
        self = value.withText { String(decoding: $0, as: UTF8.self) }
    }
}
