import NPSModel

/// One field of a form, decoded.
struct FormField: Hashable {
    /// More than any survey has; bounds what a form can cost.
    static let limit = 1_000

    let name: String
    let value: String
}

extension [FormField] {
    /// The fields as one object, with the brackets of PHP and Rails folded: `response[score]` is `score` in `response`,
    /// `a[]` an element of `a`. A field that comes again makes a list. Nothing is lost: a name whose brackets make no
    /// sense, or clash with another field, stays as it is.
    var json: JSONValue {
        var tree = FieldTree()
        for field in self { tree.insert(field) }
        return tree.json
    }
}
