import Testing

/// The databases that the queue can use. The suites run once for each: an engine is a case here and a branch in
/// `QueueFixture`.
enum Engine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite
    case postgres
    /// With what people write sealed.
    case postgresWithKey

    /// With PostgreSQL where there is one for the tests, which `deploy/test` starts.
    /// Those with a key are in ``sealing``.
    static let allCases: [Engine] = TestCluster.shared == nil ? [.sqlite] : [.sqlite, .postgres]

    /// For the suites that store, change and read words; all of them would need hundreds of connections more.
    static let sealing: [Engine] = TestCluster.shared == nil ? allCases : allCases + [.postgresWithKey]

    var testDescription: String { rawValue }

    /// Whether a response that was never tried may be sent by POST.
    var createsAreSafe: Bool { self == .sqlite }

    /// Whether what people write can be read in the database.
    var showsWords: Bool { self != .postgresWithKey }
}
