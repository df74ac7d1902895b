package import Foundation

/// A request to a webhook's address, as raw as it came.
package struct WebhookDelivery: Sendable {
    struct Header: Hashable {
        /// As the scheme writes it.
        let name: String
        let value: String
    }

    package let method: String
    /// The address as the sender knows it: from configuration, never from what the request says about its host.
    package let publicURL: String
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    package let receivedAt: Date

    package init(
        method: String,
        publicURL: String,
        headers: [(name: String, value: String)],
        body: [UInt8],
        receivedAt: Date
    ) {
        self.method = method
        self.publicURL = publicURL
        self.headers = headers
        self.body = body
        self.receivedAt = receivedAt
    }

    func replacing(body: [UInt8]) -> WebhookDelivery {
        WebhookDelivery(method: method, publicURL: publicURL, headers: headers, body: body, receivedAt: receivedAt)
    }

    /// The first of these names that is there. A name that comes twice is refused: two parts of a chain could each
    /// believe another one.
    func header(_ names: [String]) throws(SignatureRejection) -> Header? {
        for name in names {
            let (length, lowered) = (name.utf8.count, name.lowercased())
            let values = headers.filter { $0.name.utf8.count == length && $0.name.lowercased() == lowered }
            guard values.count <= 1 else { throw .repeatedHeader(name) }
            if let value = values.first?.value { return Header(name: name, value: value) }
        }
        return nil
    }

    /// Refuses what will be read as another kind of body.
    func require(_ kind: PayloadKind) throws(SignatureRejection) {
        let type = try header(["content-type"])?.value
        guard PayloadFormat(contentType: type)?.kind == kind else { throw .otherKind(kind) }
    }

    /// The one value of a field of a form-encoded body.
    func formField(_ name: String) throws(SignatureRejection) -> String {
        guard let value = URLEncodedFields.value(of: name, in: body), !value.isEmpty else {
            throw .missing(.formField(name))
        }
        return value
    }

    /// The one value of a parameter of the address.
    func parameter(_ name: String) throws(SignatureRejection) -> String {
        let query = publicURL.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst()
        guard let value = URLEncodedFields.value(of: name, in: Array(query)), !value.isEmpty else {
            throw .missing(.query(name))
        }
        return value
    }
}
