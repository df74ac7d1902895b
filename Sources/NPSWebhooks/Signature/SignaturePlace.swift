/// Where a delivery carries its signature or token.
package enum SignaturePlace: Sendable, Hashable {
    /// In the first of these headers that is there.
    case header([String])
    /// In this field of a body that is `application/x-www-form-urlencoded` (Qualtrics).
    case formField(String)
    /// In this parameter of the address, for tools that can set no header; tokens only, since an address can't hold a
    /// signature of what is sent to it.
    case query(String)

    /// How a rejection names it.
    var description: String {
        switch self {
        case .header(let names): "header \(names.first ?? "signature")"
        case .formField(let name): "form field \(name)"
        case .query(let name): "parameter \(name) of the address"
        }
    }

    var headers: [String] {
        guard case .header(let names) = self else { return [] }
        return names
    }
}
