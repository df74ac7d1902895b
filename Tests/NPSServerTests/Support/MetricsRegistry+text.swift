@testable import NPSServer

extension MetricsRegistry {
    /// What was counted, without how long it took.
    func text() -> String {
        var page = MetricsPage()
        write(to: &page)
        let lines = page.text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.filter { !$0.contains("_seconds_bucket{") && !$0.contains("_seconds_sum") }.joined(separator: "\n")
    }
}
