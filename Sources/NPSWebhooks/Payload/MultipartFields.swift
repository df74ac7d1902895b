/// Reads the text fields of `multipart/form-data` (RFC 7578, RFC 2046 §5.1). Files are left out, and so is everything
/// before the first boundary and after the last.
///
/// Strict: a part without a name, text that is neither UTF-8 nor in the charset that is stated and a missing end make the
/// whole body unreadable.
enum MultipartFields {
    private static let lineEnd: [UInt8] = [0x0d, 0x0a]

    /// The fields in the order of the body.
    ///
    /// - Parameter charset: of parts whose own `Content-Type` states none (RFC 7578 §4.4).
    static func read(
        _ body: [UInt8],
        boundary: String,
        in charset: PayloadCharset? = nil
    ) throws(PayloadProblem) -> [FormField] {
        var fields: [FormField] = []
        for part in try parts(of: body, boundary: boundary) {
            guard let end = firstRange(of: lineEnd + lineEnd, in: part) else { throw .notForm }
            let headers = PartHeaders(part[..<end.lowerBound], in: charset)
            guard let disposition = headers.disposition, let name = disposition["name"] else { throw .notForm }
            if disposition["filename"] != nil || disposition["filename*"] != nil { continue }
            let stated = headers.contentType.flatMap { PayloadCharset(contentType: $0) } ?? charset
            guard let value = PayloadCharset.text(part[end.upperBound...], in: stated) else { throw .notForm }
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

/// The headers of one part.
private struct PartHeaders {
    /// The parameters of `Content-Disposition: form-data`; nil when it has none.
    private(set) var disposition: HeaderParameters?
    private(set) var contentType: String?

    init(_ headers: ArraySlice<UInt8>, in charset: PayloadCharset?) {
        let text = PayloadCharset.text(headers, in: charset) ?? String(decoding: headers, as: UTF8.self)
        for line in text.split(whereSeparator: \.isNewline) {
            let name = line.prefix { $0 != ":" }
            let value = line.dropFirst(name.count + 1)
            switch name.lowercased() {
            case "content-disposition" where disposition == nil:
                guard value.prefix(while: { $0 != ";" }).filter({ $0 != " " }).lowercased() == "form-data" else {
                    return
                }
                disposition = HeaderParameters(value.drop { $0 != ";" })
            case "content-type": contentType = contentType ?? String(value)
            default: break
            }
        }
    }
}
