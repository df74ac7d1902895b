import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NPSModel
import NPSQueue
import NPSWebhooks

/// `POST /webhooks/NAME`: verify, map, store, answer. The answer is exactly 200, because some senders insist.
struct WebhookRoutes {
    static let bodyLimit = 1_048_576

    let sources: ReloadableSources
    let queue: ResponseQueue
    let publicURL: PublicURL
    let counters: WebhookCounters
    let now: @Sendable () -> Date

    func add(to router: some RouterMethods<CollectorContext>) {
        router.post("webhooks/:name") { try await receive($0, context: $1) }
        router.get("webhooks/:name") { try handshake($0, context: $1) }
        router.head("webhooks/:name") { try handshake($0, context: $1) }
    }

    private func source(_ context: CollectorContext) throws -> WebhookSource {
        guard let name = context.parameters.get("name"), let source = sources.current.source(named: name) else {
            throw Problem.notFound
        }
        return source
    }

    /// Tools ask with GET or HEAD whether the address exists before they save it. Some can also deliver with GET.
    private func handshake(_ request: Request, context: CollectorContext) throws -> HTTPAnswer {
        let source = try source(context)
        guard !request.uri.queryParameters.contains(where: { Self.isOfAnswer($0.key) }) else {
            counters[source].answered(.methodNotAllowed)
            counters[source].count(.refused)
            throw Problem.answersInQuery
        }
        return HTTPAnswer(json: #"{"status":"ok"}"#.utf8)
    }

    /// Whether a parameter has a name as those of answers have, and not as the tokens and challenges of handshakes.
    private static func isOfAnswer(_ name: Substring) -> Bool {
        let name = name.lowercased()
        return ["score", "mail", "answer", "response", "comment", "survey", "rating", "nps"].contains {
            name.contains($0)
        }
    }

    private func receive(_ request: Request, context: CollectorContext) async throws -> HTTPAnswer {
        let source: WebhookSource
        do {
            source = try self.source(context)
        } catch {
            Self.logUnknownSource(to: context.logger)
            throw error
        }
        let logger = RequestLogger(context.logger)
        return try await counting(source, logger) { counted in
            // Reads the request unless its head is reason enough to refuse it: whoever sends without a signature must not
            // make the server hold a megabyte.
            try request.checkDeclaredLength(Self.bodyLimit)
            let head = await examined(delivery(without: request.head), by: source, channel: context.channel)
            if let rejection = source.rejection(ofHead: head) { throw Self.refused(rejection) }
            let body = try await request.collectBody(upTo: Self.bodyLimit)
            return try await store(
                head.replacing(body: body, receivedAt: now()),
                from: source,
                counting: counted,
                contentType: Self.contentType(of: request.head),
                logger: logger
            )
        }
    }

    /// The delivery with what the source says of the connection's client certificate.
    private func examined(
        _ delivery: WebhookDelivery,
        by source: WebhookSource,
        channel: any Channel
    ) async -> WebhookDelivery {
        guard source.asksForCertificate else { return delivery }
        let certificate = try? await channel.eventLoop.submit { channel.clientCertificate }.get()
        return await source.examining(certificate, of: delivery)
    }

    func counting(
        _ source: WebhookSource,
        _ logger: RequestLogger,
        _ body: (SourceCounters) async throws -> HTTPAnswer
    ) async throws -> HTTPAnswer {
        let counted = counters[source]
        do {
            let answer = try await body(counted)
            counted.answered(answer.status)
            return answer
        } catch let problem as Problem {
            counted.answered(problem.status)
            // What is invalid is kept, or counted where it isn't.
            if problem.status != .unprocessableContent { counted.count(.refused) }
            Self.log(problem, from: source, to: logger.logger)
            throw problem
        }
    }

    /// The delivery without its body.
    func delivery(without request: HTTPRequest) -> WebhookDelivery {
        WebhookDelivery(
            method: request.method.rawValue,
            publicURL: publicURL.address(ofPath: request.path ?? ""),
            headers: request.headerFields.map { (name: $0.name.canonicalName, value: $0.value) },
            body: [],
            receivedAt: now()
        )
    }

    static func contentType(of request: HTTPRequest) -> String? {
        let fields = request.headerFields
        guard fields.first(.contentEncoding) != nil else { return joined(.contentType, in: fields) }
        return PayloadCharset.contentType(fields[.contentType], coding: fields[.contentEncoding])
    }

    /// As the subscript of the fields has it, which makes an index of all names first.
    private static func joined(_ name: HTTPField.Name, in fields: HTTPFields) -> String? {
        fields.reduce(nil) { value, field in
            guard field.name == name else { return value }
            return value.map { $0 + ", " + field.value } ?? field.value
        }
    }

    private static func refused(_ rejection: SignatureRejection) -> Problem {
        Problem(status: .unauthorized, title: "Signature refused", detail: rejection.description)
    }

    func store(
        _ delivery: WebhookDelivery,
        from source: WebhookSource,
        counting counted: SourceCounters,
        contentType: String?,
        logger: RequestLogger
    ) async throws -> HTTPAnswer {
        let start = ContinuousClock.now
        // Anybody can send such a ping: counted among what came in, it would hide that the source is silent.
        guard let verification = try verify(delivery, by: source) else { return Self.answer([], ids: []) }
        counted.verified(by: verification.secretIndex, at: delivery.receivedAt)
        let results = try await map(
            delivery,
            by: source,
            contentType: contentType,
            deliveryID: verification.signedDeliveryID
        )
        let sorted = Intake.Sorted(
            results,
            deliveryID: verification.signedDeliveryID,
            trace: RequestTrace.current
        )
        var drafts: [QuarantineDraft] = []
        if !sorted.problems.isEmpty {
            let draft = QuarantineDraft(
                source: source.label,
                deliveryID: verification.deliveryID,
                contentType: contentType,
                body: delivery.body,
                problems: sorted.problems
            )
            drafts = [draft]
        }
        let intake: NPSQueue.Intake
        do throws(QueueError) {
            intake = try await queue.accept(sorted.submissions, quarantining: drafts)
        } catch {
            throw Problem.unavailable(error)
        }
        intake.outcomes.countUnchanged()
        counted.stored(intake)
        let ids = sorted.submissions.map(queue.id)
        countNotes(counted, sorted.submissions)
        if let refusal = intake.refusals.first {
            note(refusal, counted, logger.logger)
            throw Problem.quarantineFull(accepted: ids)
        }
        guard sorted.problems.isEmpty else {
            if intake.quarantined.isEmpty { counted.count(.refused) }
            throw Self.invalid(sorted.problems, accepted: ids, isKept: !intake.quarantined.isEmpty)
        }
        if results.isEmpty { counted.count(.ignored) }
        counters.accepted(since: start)
        return Self.answer(intake.outcomes, ids: ids, notes: sorted.notes)
    }

    /// Nil for an unsigned ping that the source lets pass: nothing of it is stored.
    private func verify(_ delivery: WebhookDelivery, by source: WebhookSource) throws -> VerifiedSignature? {
        do throws(SignatureRejection) {
            return try source.verify(delivery)
        } catch {
            if source.isUnsignedPing(delivery.body) { return nil }
            // What the head alone shows is said, whether or not the body was there before.
            throw Self.refused(source.rejection(ofHead: delivery) ?? error)
        }
    }

    private func map(
        _ delivery: WebhookDelivery,
        by source: WebhookSource,
        contentType: String?,
        deliveryID: String?
    ) async throws -> [Result<Submission, InvalidResponse>] {
        do throws(PayloadProblem) {
            return try await source.map(
                delivery.body,
                contentType: contentType,
                deliveryID: deliveryID,
                receivedAt: delivery.receivedAt
            )
        } catch {
            throw Problem.unreadable(error)
        }
    }

    /// - Parameter isKept: whether the payload is in quarantine; false when it was erased there before.
    private static func invalid(
        _ problems: [FieldProblem],
        accepted ids: [ResponseID],
        isKept: Bool
    ) -> Problem {
        let rest =
            isKept ? "The payload is kept in quarantine." : "The payload was erased before and is not kept again."
        return Problem(
            status: .unprocessableContent,
            title: "Not a valid response",
            detail: "The signature is right, the content is not. " + rest,
            errors: problems,
            ids: ids
        )
    }

    /// Ids are made of `[a-z0-9-]`, so the text needs no escaping.
    private static func answer(
        _ outcomes: [Acceptance],
        ids: [ResponseID],
        notes: [FieldProblem] = []
    ) -> HTTPAnswer {
        let status =
            outcomes.contains(.accepted)
            ? "accepted" : outcomes.contains(.updated) ? "updated" : outcomes.isEmpty ? "ignored" : "unchanged"
        var json = ByteBuffer()
        json.reserveCapacity(64 + ids.count * 40)
        json.writeString(#"{"status":""#)
        json.writeString(status)
        json.writeString(#"","ids":["#)
        for (index, id) in ids.enumerated() {
            json.writeString(index > 0 ? #",""# : #"""#)
            json.writeString(id.rawValue)
            json.writeString(#"""#)
        }
        json.writeString("]")
        if !notes.isEmpty {
            let items = notes.map { JSONValue.object(["field": .string($0.field), "message": .string($0.message)]) }
            json.writeString(#","notes":"#)
            json.writeBytes(JSONValue.array(items).canonicalBytes)
        }
        json.writeString("}")
        return HTTPAnswer(json: json)
    }

    /// Counts the fields that were cut or left out, by name: none of them is the sender's text.
    private func countNotes(_ counted: SourceCounters, _ submissions: [Submission]) {
        for submission in submissions {
            for note in submission.response.notes { counted.cut(note.field) }
        }
    }

    /// Says which source has filled its part of the quarantine.
    private func note(_ refusal: QuarantineRefusal, _ counted: SourceCounters, _ logger: Logger) {
        counted.refusedForRoom()
        logger.warning(
            "the quarantine has no more room for this source: replay or discard some, or raise quarantine.max-bytes",
            metadata: [
                "source": "\(refusal.source)", "held": "\(refusal.held)", "taken": "\(refusal.taken)",
                "limit": "\(refusal.limit)",
            ]
        )
    }
}
