/// An input read as an HTTP request, which is how the files of the corpora are written: a request line, headers, an
/// empty line, the body. Lines end with LF. Anything is readable; without an empty line all of it is the body.
package struct Message: Sendable {
    package private(set) var method = "POST"
    package private(set) var target = "/"
    package private(set) var headers: [(name: String, value: String)] = []
    package let body: [UInt8]

    package init(_ input: [UInt8]) {
        let lineEnd = UInt8(ascii: "\n")
        guard
            let end = input.indices.first(where: { input[$0] == lineEnd && input[$0...].dropFirst().first == lineEnd })
        else {
            body = input
            return
        }
        body = Array(input[end...].dropFirst(2))
        for (number, line) in input[..<end].split(separator: lineEnd).enumerated() {
            number == 0 ? readRequestLine(line) : readHeader(line)
        }
    }

    private mutating func readRequestLine(_ line: ArraySlice<UInt8>) {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 1).map { String(decoding: $0, as: UTF8.self) }
        method = words.first ?? ""
        target = words.dropFirst().first ?? ""
    }

    private mutating func readHeader(_ line: ArraySlice<UInt8>) {
        let name = line.prefix { $0 != UInt8(ascii: ":") }
        let value = line[name.endIndex...].dropFirst().drop { $0 == UInt8(ascii: " ") }
        headers.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
    }

    /// Of the first header with this name, which must be given in lower case.
    package func value(of name: String) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }
}
