import HTTPTypes
import NIOCore
import NPSModel
import NPSWebhooks

extension WebhookRoutes {
    /// A delivery whose length is known and not too large, answered by its connection itself.
    ///
    /// - Parameter basePath: of the public address; empty or `/a/b`.
    func direct(_ head: HTTPRequest, below basePath: String) -> DirectRoute? {
        guard head.method == .post, let path = head.path, let length = head.headerFields.first(.contentLength),
            let bytes = Int(length), (0...Self.bodyLimit).contains(bytes)
        else { return nil }
        let prefix = DirectRoutes.prefix(of: path, basePath: basePath)
        guard let name = Self.name(in: path, below: prefix), let source = sources.current.source(named: name) else {
            return nil
        }
        let delivery = delivery(without: head)
        let contentType = Self.contentType(of: head)
        let template = prefix + "/webhooks/{name}"
        guard !source.asksForCertificate else {
            return DirectRoute(
                template: template,
                work: .identifying { body, certificate, logger in
                    let examined = await source.examining(certificate, of: delivery)
                    return await answer(
                        to: examined,
                        with: body,
                        from: source,
                        contentType: contentType,
                        logger: logger
                    )
                },
                // Whether the certificate is good takes longer to say than an event loop has: the router does it before
                // it reads a body that hasn't come yet.
                awaitsBody: { false }
            )
        }
        return DirectRoute(
            template: template,
            work: .reading {
                await answer(to: delivery, with: $0, from: source, contentType: contentType, logger: $1)
            },
            awaitsBody: { source.rejection(ofHead: delivery) == nil }
        )
    }

    private func answer(
        to delivery: WebhookDelivery,
        with body: ByteBuffer,
        from source: WebhookSource,
        contentType: String?,
        logger: RequestLogger
    ) async -> HTTPAnswer {
        do {
            return try await counting(source, logger) { counted in
                try await store(
                    delivery.replacing(body: Array(body.readableBytesView), receivedAt: now()),
                    from: source,
                    counting: counted,
                    contentType: contentType,
                    logger: logger
                )
            }
        } catch {
            return HTTPAnswer(Problem(error, logger: logger.logger))
        }
    }

    /// The name as it stands in the address; nil for one that needs decoding, or another address.
    private static func name(in path: String, below prefix: String) -> String? {
        let start = prefix + "/webhooks/"
        guard path.utf8.starts(with: start.utf8) else { return nil }
        let name = path.utf8.dropFirst(start.utf8.count)
        return !name.isEmpty && name.allSatisfy(isPlain) ? String(name) : nil
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
