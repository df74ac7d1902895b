import Foundation
import Metrics
import NPSQueue
import TestSupport
import Testing

@testable import NPSServer

@Suite("The metrics page")
struct MetricsTests {
    @Test("a histogram counts what is recorded by its size, each bound included, and adds it up")
    func histogram() {
        let histogram = Histogram(
            family: "nps_x_seconds",
            name: #"nps_x_seconds{route="link"}"#,
            buckets: .seconds(0.001, 0.25)
        )
        for nanoseconds in [0, 1_000_000, 1_000_001, 250_000_000, 3_000_000_000] as [Int64] {
            histogram.recordNanoseconds(nanoseconds)
        }
        #expect(
            histogram.lines == [
                #"nps_x_seconds_bucket{route="link",le="0.001"} 2"#,
                #"nps_x_seconds_bucket{route="link",le="0.25"} 4"#,
                #"nps_x_seconds_bucket{route="link",le="+Inf"} 5"#,
                #"nps_x_seconds_sum{route="link"} 3.252000001"#,
                #"nps_x_seconds_count{route="link"} 5"#,
            ]
        )
    }

    @Test("a histogram without labels, and of numbers, has none but the bound")
    func countHistogram() {
        let histogram = Histogram(family: "nps_x", name: "nps_x", buckets: .counts(1, 2))
        for count in 1...4 { histogram.record(Int64(count)) }
        let lines = ["nps_x_bucket{le=\"1\"} 1", "nps_x_bucket{le=\"2\"} 2", "nps_x_bucket{le=\"+Inf\"} 4"]
        #expect(histogram.lines == lines + ["nps_x_sum 10", "nps_x_count 4"])
    }

    @Test("many threads that record at once lose nothing")
    func concurrency() async {
        let histogram = Histogram(family: "nps_x", name: "nps_x", buckets: .counts(1))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<10_000 { histogram.record(Int64(1)) } } }
        }
        #expect(histogram.lines.last == "nps_x_count 80000")
    }

    @Test("a timer is a histogram where the table has buckets for it, and a sum and a count elsewhere")
    func timers() {
        let registry = MetricsRegistry()
        for label in [Metric.acceptDuration.name, "something_seconds"] {
            Metrics.Timer(label: label, factory: registry).recordNanoseconds(2_000_000_000)
        }
        var page = MetricsPage()
        registry.write(to: &page)
        #expect(page.text.contains("# TYPE nps_accept_duration_seconds histogram\n"))
        #expect(page.text.contains("\nnps_accept_duration_seconds_bucket{le=\"2.5\"} 1\n"))
        let summary = ["# TYPE something_seconds summary", "something_seconds_sum 2", "something_seconds_count 1\n"]
        #expect(page.text.hasSuffix(summary.joined(separator: "\n")))
    }

    @Test("a family has its help and type once, before its series, and labels are escaped")
    func page() {
        var page = MetricsPage()
        page.add(.quarantineBytes, 1, [("source", "a\"b\\c\nd")])
        page.add(.quarantineBytes, 2.5, [("source", "e")])
        page.add(.ready, 1)
        page.add(.diskFree, .infinity)
        let lines = page.text.split(separator: "\n").map(String.init)
        #expect(
            lines.filter { !$0.hasPrefix("# HELP") } == [
                "# TYPE nps_quarantine_bytes gauge",
                #"nps_quarantine_bytes{source="a\"b\\c\nd"} 1"#, #"nps_quarantine_bytes{source="e"} 2.5"#,
                "# TYPE nps_queue_disk_free_bytes gauge", "nps_queue_disk_free_bytes +Inf",
                "# TYPE nps_ready gauge", "nps_ready 1",
            ]
        )
        #expect(lines.first == "# HELP nps_quarantine_bytes " + Metric.quarantineBytes.help)
        #expect(page.text.hasSuffix("\n"))
    }

    @Test("the table names each metric once, in Prometheus' conventions", arguments: Metric.all)
    func conventions(metric: Metric) {
        #expect(Metric.all.filter { $0.name == metric.name }.count == 1)
        #expect(metric.name.wholeMatch(of: /(nps|process)(_[a-z0-9]+)+/) != nil)
        #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter))
        #expect(metric.help.hasSuffix(".") && !metric.help.contains("\n"))
        #expect((metric.buckets != nil) == (metric.kind == .histogram))
        let bounds = metric.buckets?.bounds ?? []
        #expect(bounds == bounds.sorted() && bounds.count == Set(bounds).count && bounds.count < 24)
    }
}

@Suite("A reading that may take long")
struct SharedReadingTests {
    @Test("is done once for all who wait")
    func shared() async {
        let (asked, allowed) = (Observed(0), Observed(false))
        let reading = SharedReading(limit: .seconds(3_600)) {
            let number = asked.update { count in
                count += 1
                return count
            }
            await allowed.wait { $0 }
            return number
        }
        let first = Task { await reading.value }
        await asked.wait { $0 == 1 }
        let second = Task { await reading.value }
        await reading.untilWaiting(2)
        allowed.update { $0 = true }
        #expect(await [first.value, second.value] == [1, 1])
        #expect(await reading.value == 2)
    }

    @Test("nobody waits for longer than the limit, and the next who asks gets it when it is there")
    func limited() async {
        let (allowed, elapsed) = (Observed(false), Observed(false))
        let reading = SharedReading(
            limit: .seconds(6),
            sleep: { _ in await elapsed.wait { $0 } },
            read: {
                await allowed.wait { $0 }
                return 1
            }
        )
        elapsed.update { $0 = true }
        #expect(await reading.value == nil)
        elapsed.update { $0 = false }
        let later = Task { await reading.value }
        await reading.untilWaiting(1)
        allowed.update { $0 = true }
        #expect(await later.value == 1)
    }
}

extension SharedReading {
    fileprivate func untilWaiting(_ count: Int) async {
        while waitingCount < count { await Task.yield() }
    }
}
