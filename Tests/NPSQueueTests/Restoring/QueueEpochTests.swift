import TestSupport
import Testing

@testable import NPSQueue

@Suite("Epochs")
struct QueueEpochTests {
    private static func inside(_ number: Int64, _ lineage: String = "a") -> QueueEpoch {
        QueueEpoch(lineage: lineage, number: number)
    }

    private static func outside(_ number: Int64, _ lineage: String = "a", isOriginal: Bool = true) -> EpochRecord {
        EpochRecord(lineage: lineage, number: number, isOriginal: isOriginal, hasEffects: number > 1)
    }

    @Test(
        "a database is the one that was left unless the file beside it says otherwise",
        arguments: [
            (nil, nil, .first),
            // A stop interrupted the beginning, or it is about a database that is gone and has sent nothing.
            (nil, outside(0), .first),
            (nil, outside(1), .first),
            (nil, outside(2), .restored(.foreign)),
            (inside(1), nil, .restored(.missingFile)),
            (inside(1), outside(0), .same),
            (inside(7), outside(7), .same),
            // A stop came between the two.
            (inside(9), outside(7), .same),
            (inside(6), outside(7), .restored(.earlier)),
            (inside(7, "b"), outside(7), .restored(.foreign)),
            (inside(7), outside(7, isOriginal: false), .restored(.copiedFile)),
            (inside(6), outside(7, isOriginal: false), .restored(.earlier)),
        ] as [(QueueEpoch?, EpochRecord?, EpochComparison)]
    )
    func comparison(inside: QueueEpoch?, outside: EpochRecord?, expected: EpochComparison) {
        #expect(EpochComparison(inside, outside) == expected)
    }

    @Test("no number is so high that it can't be counted on")
    func limits() {
        #expect(QueueEpoch(number: .max).number < .max - 1_000_000)
        #expect(QueueEpoch(number: .min).number == 0)
    }
}
