/// A page of the navigation.
package enum Area: String, Sendable, Hashable, CaseIterable {
    case overview, nps, sources, parked, quarantine, person, audit

    package var path: String { self == .overview ? "/" : "/console/\(rawValue)" }

    /// Of the sentence that names it.
    var name: String { rawValue + "Name" }
}
