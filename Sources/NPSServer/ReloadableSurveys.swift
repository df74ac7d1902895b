import Dispatch
package import NPSSurvey
import Synchronization

/// The surveys of `surveys.directory` that are in force, and the way to reload them while the collector runs.
///
/// A request that is being answered keeps the survey it began with.
package final class ReloadableSurveys: Sendable {
    private let catalogue: Mutex<SurveyCatalogue>
    private let reading: @Sendable () throws(SurveyError) -> SurveyCatalogue
    /// Off the event loops; serial, so that what was read last is in force.
    private let dispatch = DispatchQueue(label: "nps.surveys")

    /// - Parameter reading: reads the surveys as they are now; called off the event loops.
    package init(
        _ catalogue: SurveyCatalogue,
        reading: @escaping @Sendable () throws(SurveyError) -> SurveyCatalogue
    ) {
        self.catalogue = Mutex(catalogue)
        self.reading = reading
    }

    package var current: SurveyCatalogue { catalogue.withLock { $0 } }

    /// Puts the surveys in force as they are now. When anything is wrong with them, those before stay.
    @discardableResult
    package func reload() async throws(SurveyError) -> SurveyCatalogue {
        let result: Result<SurveyCatalogue, SurveyError> = await withCheckedContinuation { continuation in
            dispatch.async { [self] in
                let result = Result { () throws(SurveyError) in try reading() }
                if case .success(let new) = result { catalogue.withLock { $0 = new } }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }
}
