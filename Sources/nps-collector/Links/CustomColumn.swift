import NPSModel
import NPSSurvey

/// A column of the contacts whose values become a custom property of their answers.
struct CustomColumn: Hashable {
    enum Kind: String, CaseIterable {
        case text
        case number
        case boolean
    }

    /// Why `--custom` can't be used: a sentence.
    struct Mistake: Error, Equatable {
        let sentence: String
    }

    /// The property's name at Planhat.
    let property: String
    let kind: Kind
    /// The column's name in the header.
    let column: String

    /// Reads `plan,region=Region,seats:number=Seats`: the property, its kind unless that is text, and the column unless it
    /// has the property's name.
    static func list(_ text: String) throws(Mistake) -> [CustomColumn] {
        var columns: [CustomColumn] = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let column = try CustomColumn(item)
            guard !columns.contains(where: { $0.property == column.property }) else {
                throw Mistake(sentence: "--custom names \(column.property) twice.")
            }
            columns.append(column)
        }
        guard columns.count <= CustomProperty.Limit.count else {
            throw Mistake(sentence: "--custom takes at most \(CustomProperty.Limit.count) columns.")
        }
        return columns
    }

    private init(_ item: Substring) throws(Mistake) {
        let sides = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = sides[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        property = String(parts[0]).trimmingInvisible
        guard CustomProperty.isName(property) else {
            throw Mistake(sentence: "--custom has a name that \(CustomProperty.nameRule).")
        }
        guard let kind = parts.count == 1 ? .text : Kind(rawValue: String(parts[1])) else {
            let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw Mistake(sentence: "--custom knows the kinds \(kinds): write seats:number=Seats.")
        }
        self.kind = kind
        column = sides.count == 1 ? property : String(sides[1]).trimmingInvisible
        guard !column.isEmpty else {
            throw Mistake(sentence: "--custom names no column for \(property): write \(property)=Column.")
        }
    }

    /// The property of a cell that isn't empty; nil for one that is none of this kind.
    func value(_ cell: String) -> JSONValue? {
        let value: JSONValue? =
            switch kind {
            case .text: .string(cell)
            case .number: Int64(cell).map(JSONValue.integer) ?? Self.fraction(cell)
            case .boolean: Self.flags[cell.lowercased()].map(JSONValue.bool)
            }
        return value.flatMap { CustomProperty.isValue($0) ? $0 : nil }
    }

    /// Completes the sentence that begins with the column of a cell that has no such value.
    var rule: String {
        switch kind {
        case .text: CustomProperty.valueRule
        case .number: "must be a number such as 12 or 12.5"
        case .boolean: "must be true or false, yes or no, 1 or 0"
        }
    }

    private static let flags = ["true": true, "yes": true, "1": true, "false": false, "no": false, "0": false]

    /// Digits with a point, so that a thousand of `1,000` isn't one.
    private static func fraction(_ cell: String) -> JSONValue? {
        guard cell.utf8.allSatisfy({ $0.isASCIIDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }) else {
            return nil
        }
        return Double(cell).map(JSONValue.number)
    }
}
