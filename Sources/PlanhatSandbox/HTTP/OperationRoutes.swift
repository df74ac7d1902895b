import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The six routes of the API.
struct OperationRoutes: Sendable {
    /// Planhat's hard limit of a body: 32 MB (https://docs.planhat.com).
    static let largestBody = 32 * 1024 * 1024

    let injector: FaultInjector

    func add(to router: Router<SandboxContext>) {
        for operation in Operation.allCases {
            router.on(RouterPath(operation.path), method: operation.method) { request, context in
                try await respond(operation, request, context)
            }
        }
    }

    private func respond(_ operation: Operation, _ request: Request, _ context: SandboxContext) async throws -> Response
    {
        guard let body = try await body(of: request) else {
            var answer = SandboxResponse(.tooLarge, injector.control.plan.behaviour.errorBody)
            answer.headers["Connection"] = "close"
            return answer.response
        }
        let id = context.parameters.get("id") ?? ""
        let call = Call(
            operation: operation,
            reference: RecordReference(path: id.removingPercentEncoding ?? id),
            parameters: parameters(of: request),
            body: body
        )
        return try await injector.answer(call, logger: context.logger).response
    }

    /// Nil when it is too large.
    private func body(of request: Request) async throws -> Data? {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.largestBody { return nil }
        do {
            let buffer = try await request.body.collect(upTo: Self.largestBody)
            return Data(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            return nil
        }
    }

    /// The first of each name wins.
    private func parameters(of request: Request) -> [String: String] {
        let pairs = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}
