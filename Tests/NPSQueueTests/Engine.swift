import Testing

/// The databases that the queue can use. The suites run once for each: a second engine is one more case here and one
/// more branch in `QueueFixture.open`.
enum Engine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite

    var testDescription: String { rawValue }
}
