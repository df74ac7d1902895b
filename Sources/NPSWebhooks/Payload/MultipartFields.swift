/// Reads the text fields of `multipart/form-data` (RFC 7578, RFC 2046 §5.1). Files are left out, and so is everything
/// before the first boundary and after the last.
///
/// Strict: a part without a name, text that isn't UTF-8 and a missing end make the whole body unreadable.
enum MultipartFields {
    private static let lineEnd: [UInt8] = [0x0d, 0x0a]

    /// The fields in the order of the body.
    static func read(_ body: [UInt8], boundary: String) throws(PayloadProblem) -> [FormField] {
        var fields: [FormField] = []
        for part in try parts(of: body, boundary: boundary) {
            guard let end = firstRange(of: lineEnd + lineEnd, in: part) else { throw .notForm }
            guard let disposition = disposition(part[..<end.lowerBound]), let name = disposition["name"] else {
                throw .notForm
            }
            if disposition["filename"] != nil || disposition["filename*"] != nil { continue }
            guard let value = String(validating: part[end.upperBound...], as: UTF8.self) else { throw .notForm }
            fields.append(FormField(name: name, value: value))
        }
        return fields
    }

    /// Headers and content of each part, between the delimiters' line ends.
    private static func parts(of body: [UInt8], boundary: String) throws(PayloadProblem) -> [ArraySlice<UInt8>] {
        let opening = Array("--\(boundary)".utf8)
        let delimiter = lineEnd + opening
        var rest = body[...]
        if !rest.starts(with: opening) {
            guard let preamble = firstRange(of: delimiter, in: rest) else { throw .notForm }
            rest = rest[preamble.lowerBound...].dropFirst(lineEnd.count)
        }
        rest = rest.dropFirst(opening.count)
        var parts: [ArraySlice<UInt8>] = []
        while true {
            if rest.starts(with: "--".utf8) { return parts }
            // RFC 2046 allows spaces after a boundary.
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
            guard rest.starts(with: lineEnd), parts.count < FormField.limit else {
                throw parts.count < FormField.limit ? .notForm : .tooManyFields
            }
            // A part without headers begins with the line end that ends them.
            let start = rest.dropFirst(lineEnd.count)
            guard let next = firstRange(of: delimiter, in: start) else { throw .notForm }
            parts.append(start[..<next.lowerBound])
            rest = start[next.upperBound...]
        }
    }

    /// The parameters of the part's `Content-Disposition: form-data`; nil when it has none.
    private static func disposition(_ headers: ArraySlice<UInt8>) -> HeaderParameters? {
        for line in String(decoding: headers, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let name = line.prefix { $0 != ":" }
            guard name.lowercased() == "content-disposition" else { continue }
            let value = line.dropFirst(name.count + 1)
            guard value.prefix(while: { $0 != ";" }).filter({ $0 != " " }).lowercased() == "form-data" else {
                return nil
            }
            return HeaderParameters(value.drop { $0 != ";" })
        }
        return nil
    }

    private static func firstRange(of pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
        guard let first = pattern.first else { return nil }
        var rest = bytes
        while let start = rest.firstIndex(of: first) {
            if bytes[start...].starts(with: pattern) { return start..<start + pattern.count }
            rest = rest[start...].dropFirst()
        }
        return nil
    }
}
