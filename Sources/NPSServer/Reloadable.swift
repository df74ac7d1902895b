import Dispatch
package import NPSSurvey
package import NPSWebhooks
import Synchronization

/// The webhook sources. Reading compiles each one's jq programs, 15 ms each.
package typealias ReloadableSources = Reloadable<SourceCatalogue, WebhookError>

/// The surveys of `surveys.directory`.
package typealias ReloadableSurveys = Reloadable<SurveyCatalogue, SurveyError>

/// What the operator's files say and is in force, and the way to reload it while the collector runs.
///
/// A request that is being answered keeps what it began with.
package final class Reloadable<Catalogue: Sendable, Failure: Error>: Sendable {
    private struct State {
        var catalogue: Catalogue
        var followers: [@Sendable (Catalogue) -> Void] = []
    }

    private let state: Mutex<State>
    private let reading: @Sendable (_ former: Catalogue?) throws(Failure) -> Catalogue
    /// Too long for an event loop. Serial, so that what was read last is in force.
    private let dispatch = DispatchQueue(label: "nps.reloadable")

    /// Puts in force what is read now.
    ///
    /// - Parameter reading: reads the files as they are; called off the event loops, but for the first time. It is given what
    ///   is in force, nil at first.
    package init(
        reading: @escaping @Sendable (_ former: Catalogue?) throws(Failure) -> Catalogue
    ) throws(Failure) {
        state = Mutex(State(catalogue: try reading(nil)))
        self.reading = reading
    }

    package var current: Catalogue { state.withLock { $0.catalogue } }

    /// Passes on what is in force, now and after each reload.
    ///
    /// - Parameter use: is kept for as long as this is; it may be called on any thread.
    func follow(_ use: @escaping @Sendable (Catalogue) -> Void) {
        let current = state.withLock { state in
            state.followers.append(use)
            return state.catalogue
        }
        use(current)
    }

    /// What the files say now, without putting it in force.
    package func read() async throws(Failure) -> Catalogue {
        try await read { _ in }
    }

    /// Puts in force what the files say now. When anything is wrong with them, what was in force stays.
    @discardableResult
    package func reload() async throws(Failure) -> Catalogue {
        try await read { [self] new in
            let followers = state.withLock { state in
                state.catalogue = new
                return state.followers
            }
            for use in followers { use(new) }
        }
    }

    private func read(then use: @escaping @Sendable (Catalogue) -> Void) async throws(Failure) -> Catalogue {
        let result: Result<Catalogue, Failure> = await withCheckedContinuation { continuation in
            dispatch.async { [self] in
                let result = Result { () throws(Failure) in try reading(current) }
                if case .success(let new) = result { use(new) }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }
}
