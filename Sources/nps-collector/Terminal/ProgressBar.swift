import Foundation

/// How far long work has come, on standard error: a bar that redraws itself on a terminal, a line every tenth elsewhere.
struct ProgressBar {
    private let title: String
    /// Nil = not known beforehand.
    private let total: Int?
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var done = 0
    private var shown = -1

    init(title: String, total: Int?) {
        self.title = title
        self.total = total
    }

    mutating func advance(by count: Int) {
        done += count
        let step = total.map { isTerminal ? done * 100 / max(1, $0) : done * 10 / max(1, $0) } ?? done / 1_000
        guard step != shown else { return }
        shown = step
        draw()
    }

    mutating func finish() {
        draw()
        if isTerminal { write("\n") }
    }

    private func draw() {
        guard let total else { return put("\(title): \(done)") }
        let share = min(1, Double(done) / Double(max(1, total)))
        let filled = Int(share * 30)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
        put("\(title) [\(bar)] \(done)/\(total)")
    }

    private func put(_ line: String) {
        write(isTerminal ? "\r\u{1B}[K" + line : line + "\n")
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
