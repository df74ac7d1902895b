import NIOCore
import NIOHTTP2

extension ChannelPipeline.SynchronousOperations {
    /// What reads and writes HTTP/2, within the limits, with each stream's requests up to where they go to the router.
    ///
    /// - Parameters:
    ///   - direct: what streams answer without the router; nil for nothing.
    ///   - handover: adds what follows on a stream whose request goes to the router, on its event loop.
    func addHTTP2(
        _ rules: ConnectionRules,
        for connection: Connection,
        in place: ConnectionPlace,
        direct: DirectRoutes? = nil,
        handover: @escaping @Sendable (any Channel) throws -> Void
    ) throws {
        let guarding = HTTP2Guard(rules: rules, connection: connection, place: place)
        let box = NIOLoopBound(guarding, eventLoop: eventLoop)
        // Its sequence of streams isn't asked for: each is served by itself.
        _ = try configureAsyncHTTP2Pipeline(
            mode: .server,
            streamDelegate: nil,
            frameDelegate: guarding,
            configuration: NIOHTTP2Handler.Configuration(rules.limits)
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let pipeline = stream.pipeline.syncOperations
                guard box.value.admits(stream) else { return try pipeline.addHandler(StreamRefusal()) }
                try pipeline.addHandler(StreamCodec(limits: rules.limits))
                try pipeline.addHandler(StreamGuard(of: box.value, connection: connection, rules: rules))
                if let direct { try pipeline.addHandler(DirectAnswers(routes: direct, connection: connection)) }
                try pipeline.addHandler(StreamHandover(handover))
            }
        }
        try addHandler(guarding)
    }
}
