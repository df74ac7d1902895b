import Synchronization
import Testing

@testable import nps_collector

@Suite("Progress")
struct ProgressBarTests {
    private func written(total: Int?, isTerminal: Bool, _ work: (inout ProgressBar) -> Void) -> [String] {
        let written = Mutex<[String]>([])
        var progress = ProgressBar(title: "Work", total: total, isTerminal: isTerminal) { text in
            written.withLock { $0.append(text) }
        }
        work(&progress)
        return written.withLock { $0 }
    }

    @Test("elsewhere than on a terminal it is a plain line every tenth, and the end once")
    func lines() {
        let lines = written(total: 1_000, isTerminal: false) { progress in
            for _ in 0..<1_000 { progress.advance(by: 1) }
            progress.finish()
        }
        #expect(lines.count == 11)
        #expect(lines.first == "Work [..............................] 1/1000\n")
        #expect(lines.last == "Work [##############################] 1000/1000\n")
        #expect(lines.allSatisfy { !$0.contains("\u{1B}") && !$0.contains("\r") })
    }

    @Test("on a terminal it redraws itself, at most once a percent, and ends its line")
    func bar() {
        let drawn = written(total: 1_000, isTerminal: true) { progress in
            for _ in 0..<1_000 { progress.advance(by: 1) }
            progress.finish()
        }
        #expect(drawn.count <= 103)
        #expect(drawn.dropLast().allSatisfy { $0.hasPrefix("\r\u{1B}[K") && !$0.contains("\n") })
        #expect(drawn.last == "\n")
    }

    @Test("work that ends early shows where it ended")
    func early() {
        let lines = written(total: 100, isTerminal: false) { progress in
            progress.advance(by: 42)
            progress.advance(by: 1)
            progress.finish()
        }
        #expect(lines.last == "Work [############..................] 43/100\n")
    }

    @Test("a line beside the bar doesn't run into it")
    func say() {
        let drawn = written(total: 4, isTerminal: true) { progress in
            progress.say("row 1: wrong")
            progress.advance(by: 2)
            progress.say("row 2: wrong")
        }
        #expect(drawn[0] == "row 1: wrong\n")
        #expect(drawn[2] == "\r\u{1B}[Krow 2: wrong\n")
        #expect(drawn[3] == "Work [###############...............] 2/4")
    }

    @Test("where there is nothing to do, nothing is written", arguments: [false, true])
    func nothing(isTerminal: Bool) {
        #expect(written(total: 0, isTerminal: isTerminal) { $0.finish() }.isEmpty)
    }

    @Test("elsewhere than on a terminal, work of unknown length is a line every thousand, and the end")
    func unknownTotal() {
        let short = written(total: nil, isTerminal: false) { progress in
            progress.advance(by: 999)
            progress.say("row 1: wrong")
            progress.finish()
        }
        #expect(short == ["row 1: wrong\n"])
        let long = written(total: nil, isTerminal: false) { progress in
            progress.advance(by: 1_000)
            progress.advance(by: 500)
            progress.finish()
        }
        #expect(long == ["Work: 1000\n", "Work: 1500\n"])
    }

    @Test("a line after the end doesn't bring the bar back")
    func sayAfterEnd() {
        let drawn = written(total: 4, isTerminal: true) { progress in
            progress.advance(by: 4)
            progress.finish()
            progress.say("4 rows.")
        }
        #expect(drawn.suffix(2) == ["\n", "4 rows.\n"])
    }

    @Test("more than was foreseen is no trouble", arguments: [0, 5])
    func odd(total: Int) {
        let lines = written(total: total, isTerminal: false) { progress in
            progress.advance(by: 7)
            progress.advance(by: 0)
            progress.finish()
        }
        #expect(lines.last?.contains("7") == true)
    }
}
