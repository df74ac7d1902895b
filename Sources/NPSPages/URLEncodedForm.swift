import Foundation
import NPSModel

/// Reads known fields of an `application/x-www-form-urlencoded` body (WHATWG URL §5.1). It is stricter than the standard
/// where no browser is affected: broken percent escapes, text that isn't UTF-8 and a repeated field are errors.
///
/// The errors never contain submitted text.
package struct URLEncodedForm {
    package private(set) var fields: [String: String] = [:]

    /// - Parameter names: the fields to read. Others are ignored and their values not decoded.
    package init(_ body: [UInt8], fields names: Set<String>) throws(PageError) {
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let name = try Self.decode(pair[..<(equals ?? pair.endIndex)])
            guard names.contains(name) else { continue }
            guard fields[name] == nil else {
                throw .form(problem: "gives the field \(name) twice")
            }
            fields[name] =
                try equals.map { equals throws(PageError) in try Self.decode(pair[equals...].dropFirst()) } ?? ""
        }
    }

    package static let mediaType = "application/x-www-form-urlencoded"

    /// The form's media type, in any case, with no other charset than UTF-8.
    package static func isMediaType(_ contentType: String?) -> Bool {
        guard let contentType else { return false }
        let parts = contentType.lowercased().split(separator: ";", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.first == mediaType else { return false }
        return parts.dropFirst().allSatisfy { parameter in
            !parameter.hasPrefix("charset=") || ["charset=utf-8", "charset=\"utf-8\""].contains(parameter)
        }
    }

    private static func decode(_ encoded: ArraySlice<UInt8>) throws(PageError) -> String {
        guard let bytes = PercentEncoding.formDecode(encoded) else {
            throw .form(problem: "has a broken percent escape")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .form(problem: "has text that is not UTF-8")
        }
        return text
    }
}
