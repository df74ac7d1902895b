package import Foundation
import NPSModel

/// One request to a webhook's address, as it was received.
package struct WebhookDelivery: Sendable {
    struct Header: Hashable {
        /// In the spelling of the scheme.
        let name: String
        let value: String
    }

    package let method: String
    /// The address as the sender knows it: from the configuration, never from the request's `Host`.
    package let publicURL: String
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    package let receivedAt: Date
    /// What the source's rules say of the certificate of its connection.
    private(set) var certificate = ExaminedCertificate()

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

    /// The same request with another body: the head alone becomes a delivery once its body is there.
    ///
    /// - Parameter date: when that body had come; nil leaves the time as it is.
    package func replacing(body: [UInt8], receivedAt date: Date? = nil) -> WebhookDelivery {
        var delivery = WebhookDelivery(
            method: method,
            publicURL: publicURL,
            headers: headers,
            body: body,
            receivedAt: date ?? receivedAt
        )
        delivery.certificate = certificate
        return delivery
    }

    func showing(_ certificate: ExaminedCertificate) -> WebhookDelivery {
        var delivery = self
        delivery.certificate = certificate
        return delivery
    }

    /// The first of these headers that is present; nil for none. A repeated header is an error, because a proxy and this
    /// program could each read another one.
    func header(_ names: [String]) throws(SignatureRejection) -> Header? {
        for name in names {
            var value: String?
            for header in headers where header.name == name || Self.isSame(header.name, name) {
                guard value == nil else { throw .repeatedHeader(name) }
                value = header.value
            }
            if let value { return Header(name: name, value: value) }
        }
        return nil
    }

    /// Names of headers are ASCII, and their case means nothing (RFC 9110 §5.1). Most names differ in their length or in
    /// their first letter.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        var (left, right) = (left.utf8.makeIterator(), right.utf8.makeIterator())
        while let one = left.next(), let other = right.next() {
            guard lowered(one) == lowered(other) else { return false }
        }
        return true
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// Whether a page in a browser may have made the request: it says of which site it is, or that it is of any.
    var isFromPage: Bool {
        get throws(SignatureRejection) {
            if try header(["origin"]) != nil { return true }
            guard let site = try header(["sec-fetch-site"]) else { return false }
            return site.value != "none"
        }
    }

    /// Throws when the `Content-Type` is that of another kind of body.
    func require(_ kind: PayloadKind) throws(SignatureRejection) {
        let type = try header(["content-type"])?.value
        guard PayloadFormat(contentType: type)?.kind == kind else { throw .otherKind(kind) }
    }

    /// The body as JSON, in the charset that the `Content-Type` states; nil when it is none.
    var json: JSONValue? {
        let charset = PayloadCharset(contentType: (try? header(["content-type"]))?.value)
        return (try? PayloadFormat.json.json(of: body, in: charset)).flatMap { try? JSONValue(parsing: $0) }
    }

    /// The value of a field of a form-encoded body, which must be there once.
    func formField(_ name: String) throws(SignatureRejection) -> String {
        guard let value = URLEncodedFields.value(of: name, in: body), !value.isEmpty else {
            throw .missing(.formField(name))
        }
        return value
    }

    /// The value of a query parameter of the address, which must be there once.
    func parameter(_ name: String) throws(SignatureRejection) -> String {
        let query = publicURL.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst()
        guard let value = URLEncodedFields.value(of: name, in: Array(query)), !value.isEmpty else {
            throw .missing(.query(name))
        }
        return value
    }
}
