import Foundation

/// The progress of long work, on standard error: a bar that redraws itself on a terminal, elsewhere a line for every
/// tenth, or for every thousand when the total is unknown. Nothing is written about work that there is none of.
struct ProgressBar {
    private let title: String
    /// Nil = unknown.
    private let total: Int?
    /// What is counted, such as bytes; empty where the title says it.
    private let unit: String
    private let isTerminal: Bool
    private let write: (String) -> Void
    private var done = 0
    /// The step that is drawn; nil = none yet.
    private var shown: Int?
    private var isFinished = false

    init(
        title: String,
        total: Int?,
        unit: String = "",
        isTerminal: Bool = isatty(STDERR_FILENO) == 1,
        write: @escaping (String) -> Void = Output.note
    ) {
        self.title = title
        self.total = total
        self.unit = unit.isEmpty ? "" : " " + unit
        self.isTerminal = isTerminal
        self.write = write
    }

    mutating func advance(by count: Int) {
        done += count
        draw(step: step)
    }

    /// Writes a line above the bar.
    mutating func say(_ line: String) {
        let isDrawn = isTerminal && shown != nil && !isFinished
        write((isDrawn ? Self.clear : "") + line + "\n")
        if isDrawn { write(text) }
    }

    /// Draws the last state and ends the bar's line.
    mutating func finish() {
        // Without a terminal a short piece of work of unknown length leaves no line.
        if shown != nil || total != nil || isTerminal { draw(step: .max) }
        if isTerminal, shown != nil { write("\n") }
        isFinished = true
    }

    /// Percent on a terminal and tenths elsewhere; thousands when the total is unknown.
    private var step: Int {
        guard let total else { return done / 1_000 }
        return Int(share(of: total) * (isTerminal ? 100 : 10))
    }

    private func share(of total: Int) -> Double {
        min(1, Double(max(0, done)) / Double(max(1, total)))
    }

    private mutating func draw(step: Int) {
        // Without a terminal nothing can be overwritten: the end is written once.
        let isLast = step == .max || (total.map { done >= $0 } ?? false)
        guard step != shown, isTerminal || shown != .max else { return }
        guard done > 0 || (total ?? 1) > 0, isTerminal || total != nil || step > 0 else { return }
        shown = isLast ? .max : step
        write(isTerminal ? Self.clear + text : text + "\n")
    }

    private var text: String {
        guard let total else { return "\(title): \(done)\(unit)" }
        let filled = Int(share(of: total) * 30)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
        return "\(title) [\(bar)] \(done)/\(total)\(unit)"
    }

    private static let clear = "\r\u{1B}[K"
}
