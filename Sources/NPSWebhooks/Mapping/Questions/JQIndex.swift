import CJQ

/// Numbers of keys that may be any values of libjq, so that looking for one takes as long among thousands as among two.
struct JQIndex: ~Copyable {
    private var byText = JQValue(consuming: jv_object())
    /// By the JSON of the keys that are no texts.
    private var byJSON = JQValue(consuming: jv_object())
    private(set) var count = 0

    /// The number of a key, counted from 0; a new one if it has none yet.
    mutating func add(_ key: consuming JQValue) -> Int {
        let key = JQConstant(consuming: key.take())
        if let number = number(of: key) { return number }
        let number = JQValue(consuming: jv_number(Double(count)))
        if key.value.isText { byText.set(Self.name(key), number) } else { byJSON.set(Self.name(key), number) }
        defer { count += 1 }
        return count
    }

    /// Nil for a key that has none.
    func number(of key: consuming JQValue) -> Int? {
        number(of: JQConstant(consuming: key.take()))
    }

    private func number(of key: JQConstant) -> Int? {
        let number = jv_object_get(key.value.isText ? byText.copy() : byJSON.copy(), Self.name(key).take())
        guard jv_is_valid(number) != 0 else {
            jv_free(number)
            return nil
        }
        return Int(jv_number_value(number))
    }

    private static func name(_ key: JQConstant) -> JQValue {
        let copy = jv_copy(key.value)
        return JQValue(consuming: copy.isText ? copy : jv_dump_string(copy, Int32(JV_PRINT_SORTED.rawValue)))
    }
}
