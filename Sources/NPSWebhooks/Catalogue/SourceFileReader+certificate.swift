import Foundation
import NPSModel
import SwiftASN1
import X509
import Yams

/// The values of the kind `client_certificate`.
extension SourceFileReader {
    /// In bytes; more than any list of authorities needs.
    private static let sizeLimit = 1_048_576

    /// The certificates in the PEM file of this name, which is relative to the source file's folder; empty, with a problem
    /// noted, when there is none.
    mutating func authorities(_ node: Node, _ field: String) -> [Certificate] {
        guard let name = text(node, field) else { return [] }
        let folder = URL(filePath: place).deletingLastPathComponent()
        let path = URL(filePath: name, relativeTo: folder).path
        guard !name.isEmpty, let file = FileHandle(forReadingAtPath: path),
            let data = try? file.read(upToCount: Self.sizeLimit + 1), data.count <= Self.sizeLimit,
            let certificates = Self.certificates(in: String(decoding: data, as: UTF8.self))
        else {
            let file = UnreadableFile(at: path, otherwise: "it holds none, or more than 1 MiB")
            note(node, field, "names no file of PEM certificates that can be read: \(file)")
            return []
        }
        if !certificates.allSatisfy(\.isAuthority) {
            note(node, field, "names a file in which a certificate is no authority's: \(path)")
        }
        return certificates
    }

    /// Nil when something in it is no certificate, and when there is none.
    private static func certificates(in text: String) -> [Certificate]? {
        guard let documents = try? PEMDocument.parseMultiple(pemString: text), !documents.isEmpty else { return nil }
        return try? documents.map { try Certificate(pemDocument: $0) }
    }

    mutating func certificateNames(_ node: Node, _ field: String) -> [CertificateName] {
        let texts = texts(node, field)
        let names = texts.compactMap { CertificateName($0) }
        if names.count < texts.count {
            note(
                node,
                field,
                "must be a host name without a wildcard, an e-mail address or a URI, as the certificate has it, or a list"
            )
        }
        return names
    }
}
