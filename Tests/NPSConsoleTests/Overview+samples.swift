import Foundation
import NPSModel

@testable import NPSConsole
@testable import NPSQueue

extension Overview {
    /// 2026-11-30T15:30:00Z
    static let date = Date(timeIntervalSince1970: 1_796_052_600)

    /// Nothing but how delivery goes.
    static func sample(delivery state: String = "idle", _ sentence: String = "Nothing waits.") -> Overview {
        let delivery = Delivery(state: state, sentence: sentence, isHeldUp: state == "paused", deliveredLastMinute: 0)
        return Overview(date: date, delivery: delivery)
    }

    /// Everything that there can be, in large numbers.
    static func busy() -> Overview {
        let delivery = Delivery(
            state: "forwarding",
            sentence: "Delivering, 150 a minute; the backlog is gone in about 5 days.",
            isHeldUp: false,
            deliveredLastMinute: 150
        )
        var overview = Overview(date: date, delivery: delivery)
        overview.books = .sample(
            accepted: 9_876_543,
            pending: 1_200_000,
            sending: 34,
            delivered: 8_664_152,
            parked: 12_345,
            erased: 12,
            quarantined: 54_321
        )
        overview.traffic = (0..<(31 * 24)).map { hours in
            TrafficHour(
                start: Date(timeIntervalSince1970: date.timeIntervalSince1970 - 1_800 - Double(hours) * 3_600),
                arrivals: 12_000 + hours % 7 * 1_900,
                deliveries: 11_000 + hours % 5 * 1_700
            )
        }
        overview.sources = (1...30).map { number in
            let record = SourceRecord(
                source: "tool\(number)",
                counts: SourceCounts(deliveries: 1_234_567, fruitful: 1_200_000, ignored: 34_000, refused: 500),
                lastDeliveryAt: date.addingTimeInterval(Double(number) * -3_600),
                history: nil
            )
            return Source(label: "tool\(number)", record: record, isConfigured: true)
        }
        overview.certificates = [
            Certificate(name: "nps.example.com", expires: date.addingTimeInterval(60 * 86_400), problem: nil)
        ]
        return overview
    }

    /// Everything that a person can be needed for, and all that can be said of what surrounds the collector.
    static func troubled() throws -> Overview {
        var overview = busy()
        overview.books?.parkedExpiry = ParkedExpiry(count: 7, from: date)
        overview.books?.clockProblem = .behind(by: .seconds(90))
        overview.books?.restoration = Restoration(foundAt: date)
        let full = #"{"limit":9,"sources":[{"source":"tool1","entries":3,"bytes":9,"isFull":true}]}"#
        overview.books?.quarantine = try JSONDecoder().decode(QuarantineUse.self, from: Data(full.utf8))
        let names = ["one", "two", "three", "four", "five"] + (6...12).map { "collector-\($0)" }
        let collectors = names.map { name in
            Leadership.Collector(name: name, version: "1", startedAt: date, seenAt: date)
        }
        overview.books?.leadership = Leadership(name: "one", since: date, collectors: collectors)
        overview.certificates = (0..<12).map { number in
            let expires = date.addingTimeInterval(Double(number) * 86_400)
            return Certificate(
                name: "\(number).example.com",
                expires: expires,
                problem: number == 0 ? "It ends: renew it." : nil
            )
        }
        overview.alerts = [
            Alert(name: "NPSQuarantineFull", source: "tool1"), Alert(name: "NPSNobodyForwards", source: ""),
            Alert(name: "NPSDiskLow", source: ""), Alert(name: "NPSUnreplicatedPromotion", source: ""),
        ]
        overview.backup = .made(date.addingTimeInterval(-7_200))
        overview.disk = StorageFigures.Disk(size: 20_000_000_000, free: 1_200_000_000, reserve: 64 << 20)
        return overview
    }
}

extension QueueStatus {
    static func sample(
        accepted: Int = 0,
        pending: Int = 0,
        sending: Int = 0,
        delivered: Int = 0,
        parked: Int = 0,
        erased: Int = 0,
        quarantined: Int = 0
    ) -> QueueStatus {
        let json = """
            {"accepted":\(accepted),"pending":\(pending),"sending":\(sending),"delivered":\(delivered),"parked":\(parked),\
            "erased":\(erased),"quarantined":\(quarantined),"oldestPendingSeconds":\(pending > 0 ? 7_200 : 0)}
            """
        guard let status = try? JSONDecoder().decode(QueueStatus.self, from: Data(json.utf8)) else {
            preconditionFailure("The sample is no status.")
        }
        return status
    }
}
