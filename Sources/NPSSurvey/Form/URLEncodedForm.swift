import NPSModel

/// Reads known fields of an `application/x-www-form-urlencoded` body (WHATWG URL §5.1). It is stricter than the standard
/// where no browser is affected: broken percent escapes, text that isn't UTF-8 and a repeated field are errors.
///
/// The errors never contain submitted text.
struct URLEncodedForm {
    private(set) var fields: [String: String] = [:]

    /// - Parameter names: the fields to read. Others are ignored and their values not decoded.
    init(_ body: [UInt8], fields names: Set<String>) throws(SurveyError) {
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let name = try Self.decode(pair[..<(equals ?? pair.endIndex)])
            guard names.contains(name) else { continue }
            guard fields[name] == nil else {
                throw .formUnreadable(problem: "gives the field \(name) twice")
            }
            fields[name] =
                try equals.map { equals throws(SurveyError) in try Self.decode(pair[equals...].dropFirst()) } ?? ""
        }
    }

    private static func decode(_ encoded: ArraySlice<UInt8>) throws(SurveyError) -> String {
        guard let bytes = PercentEncoding.formDecode(encoded) else {
            throw .formUnreadable(problem: "has a broken percent escape")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .formUnreadable(problem: "has text that is not UTF-8")
        }
        return text
    }
}
