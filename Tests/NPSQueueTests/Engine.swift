import Testing

/// Where the queue keeps its rows. The suites are parametrised over this list: a second engine is one more case here
/// and one more branch in `QueueFixture.open`.
enum Engine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite

    var testDescription: String { rawValue }
}
