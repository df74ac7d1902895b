import Dispatch
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NPSModel

/// `GET /.well-known/acme-challenge/TOKEN`: what an ACME client has written to prove to its authority that this host is its
/// own (http-01, RFC 8555 §8.3).
///
/// Nothing else in the directory can be had here: only a file that is named like a token and begins with that name.
struct ChallengeRoutes {
    /// In bytes. A token has at least 22 characters, and behind it stand 43 of the account's fingerprint.
    private static let sizeLimit = 512
    private static let tokenLimit = 128

    /// What the ACME client calls its webroot.
    let webroot: String

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get(".well-known/acme-challenge/:token") { _, context in try await answer(context) }
        router.head(".well-known/acme-challenge/:token") { _, context in try await answer(context) }
    }

    private func answer(_ context: CollectorContext) async throws -> Response {
        guard let token = context.parameters.get("token"), Self.isToken(token) else { throw Problem.notFound }
        let path = webroot + "/.well-known/acme-challenge/" + token
        let bytes = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Self.contents(of: path)) }
        }
        guard let text = bytes.map({ String(decoding: $0, as: UTF8.self).trimmed }), Self.isAnswer(text, to: token)
        else {
            throw Problem.notFound
        }
        return Response(
            status: .ok,
            headers: [.contentType: "application/octet-stream", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text))
        )
    }

    static func isToken(_ text: String) -> Bool {
        (1...tokenLimit).contains(text.utf8.count) && text.utf8.allSatisfy(isPlain)
    }

    /// Whether a text is the token, a dot and a fingerprint (RFC 8555 §8.1).
    static func isAnswer(_ text: String, to token: String) -> Bool {
        guard text.hasPrefix(token + ".") else { return false }
        let fingerprint = text.utf8.dropFirst(token.utf8.count + 1)
        return !fingerprint.isEmpty && fingerprint.allSatisfy(isPlain)
    }

    /// Of base64url.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    /// Nil for what is no file, or too large. A link is not followed, and a pipe not waited for.
    private static func contents(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: sizeLimit + 1)
        let count = read(descriptor, &bytes, bytes.count)
        return (0...sizeLimit).contains(count) ? Array(bytes.prefix(count)) : nil
    }
}
