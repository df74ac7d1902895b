import NPSModel

/// Reads `application/x-www-form-urlencoded` (WHATWG URL §5.1). Strict: a broken escape or text that is neither UTF-8 nor in
/// the charset that is stated makes the whole body unreadable.
enum URLEncodedFields {
    /// The fields in the order of the body.
    static func read(_ body: [UInt8], in charset: PayloadCharset? = nil) throws(PayloadProblem) -> [FormField] {
        let pairs = body.split(separator: UInt8(ascii: "&"), maxSplits: FormField.limit)
        guard pairs.count <= FormField.limit else { throw .tooManyFields }
        var fields: [FormField] = []
        for pair in pairs {
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair.dropFirst(name.count + 1)
            guard let name = text(name, in: charset), let value = text(value, in: charset) else { throw .notForm }
            fields.append(FormField(name: name, value: value))
        }
        return fields
    }

    /// The value of a field; nil when it is missing, repeated or unreadable. Other values aren't decoded, since this runs
    /// before a delivery is verified.
    static func value(of name: String, in body: [UInt8]) -> String? {
        var values: [ArraySlice<UInt8>] = []
        let pairs = body.split(separator: UInt8(ascii: "&"), maxSplits: FormField.limit)
        guard pairs.count <= FormField.limit else { return nil }
        for pair in pairs {
            let key = pair.prefix { $0 != UInt8(ascii: "=") }
            if text(key) == name { values.append(pair.dropFirst(key.count + 1)) }
        }
        return values.count == 1 ? text(values[0]) : nil
    }

    /// The body without the fields of this name; the rest stays byte for byte.
    static func removing(_ name: String, from body: [UInt8]) -> [UInt8] {
        let separator = UInt8(ascii: "&")
        let pairs = body.split(separator: separator, omittingEmptySubsequences: false)
        return Array(
            pairs.filter { text($0.prefix { $0 != UInt8(ascii: "=") }) != name }.joined(separator: [separator])
        )
    }

    private static func text(_ encoded: ArraySlice<UInt8>, in charset: PayloadCharset? = nil) -> String? {
        PercentEncoding.formDecode(encoded).flatMap { PayloadCharset.text($0, in: charset) }
    }
}
