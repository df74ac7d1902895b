import Foundation
import Logging

/// Answers requests: performs the operation, with what the fault plan does to it.
struct FaultInjector: Sendable {
    let operations: NPSOperations
    let control: TrafficControl

    /// Throws when the connection is to be closed without an answer.
    func answer(_ call: Call, logger: Logger) async throws(ConnectionDropped) -> SandboxResponse {
        let now = operations.now()
        let admission = control.admit(call.operation, at: now)
        var call = call
        call.behaviour = admission.behaviour
        var answer =
            if let seconds = admission.rate?.retryAfter {
                SandboxResponse.tooManyRequests(retryAfter: seconds, now: now, call.behaviour)
            } else {
                try await performNoted(call.poisoned ?? admission.action, call, logger, now)
            }
        if let rate = admission.rate {
            answer.headers["X-Rate-Limit-Limit"] = String(rate.limit)
            answer.headers["X-Rate-Limit-Remaining"] = String(rate.remaining)
        }
        return answer
    }

    /// Notes what is written from here until the answer is there, whatever goes wrong in between.
    private func performNoted(
        _ action: FaultAction,
        _ call: Call,
        _ logger: Logger,
        _ now: Date
    ) async throws(ConnectionDropped) -> SandboxResponse {
        guard call.operation.isWrite else { return try await perform(action, call, logger) }
        let sourceIDs = call.sourceIDs
        control.beginWrite(of: sourceIDs, at: now)
        defer { control.endWrite(of: sourceIDs) }
        return try await perform(action, call, logger)
    }

    private func perform(_ action: FaultAction, _ call: Call, _ logger: Logger) async throws(ConnectionDropped)
        -> SandboxResponse
    {
        switch action {
        case .proceed: break
        case .refuse(let answer): return self.answer(answer, call.behaviour)
        case .commitThen(let answer):
            _ = await operate(call, logger)
            return self.answer(answer, call.behaviour)
        case .drop(let committing):
            if committing { _ = await operate(call, logger) }
            throw ConnectionDropped()
        case .delay(let milliseconds): await operations.pause(.milliseconds(milliseconds))
        case .truncate:
            var answer = await operate(call, logger)
            answer.body = answer.body.prefix(answer.body.count / 2)
            return answer
        case .empty:
            let answer = await operate(call, logger)
            return answer.isSuccess ? SandboxResponse(status: answer.status) : answer
        case .created:
            var answer = await operate(call, logger)
            if answer.isSuccess { answer.status = 201 }
            return answer
        case .partial(let failure):
            var call = call
            call.partial = failure
            return await operate(call, logger)
        }
        return await operate(call, logger)
    }

    private func operate(_ call: Call, _ logger: Logger) async -> SandboxResponse {
        do {
            return try await operations.answer(call)
        } catch let rejection as Rejection {
            return SandboxResponse(rejection, call.behaviour.errorBody)
        } catch {
            // Only the type: SQLite's messages may quote what was to be stored.
            logger.error("The sandbox failed to answer", metadata: ["error": "\(type(of: error))"])
            return answer(.internalError, call.behaviour)
        }
    }

    private func answer(_ answer: FaultAnswer, _ behaviour: Behaviour) -> SandboxResponse {
        func error(_ status: Int, _ message: String) -> SandboxResponse {
            SandboxResponse(Rejection(status: status, message: message), behaviour.errorBody)
        }
        return switch answer {
        case .unauthorized: error(401, "unauthorized")
        case .forbidden: error(403, "forbidden")
        case .notFound: error(404, "not found")
        case .tooManyRequests:
            .tooManyRequests(retryAfter: behaviour.rateLimitWindow, now: operations.now(), behaviour)
        case .requestTimeout: error(408, "request timeout")
        case .tooEarly: error(425, "too early")
        case .unavailable:
            SandboxResponse(status: 503, title: "503 Backend fetch failed")
                .retryAfter(behaviour.rateLimitWindow, now: operations.now(), behaviour)
        case .internalError: error(500, "internal server error")
        case .badGateway: SandboxResponse(status: 502, title: "502 Bad Gateway")
        case .gatewayTimeout: SandboxResponse(status: 504, title: "504 Gateway Time-out")
        }
    }
}
