import ArgumentParser
import Foundation
import NPSApp
import NPSServer

/// `queue status`: the books, and how delivery goes.
struct QueueStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Print the books (accepted = pending + sending + delivered + parked + erased) and how delivery goes."
    )

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(
        help: "Print it again every second until Ctrl-C; with --json, or when the output is no terminal, a line each."
    )
    var watch = false

    func run() async throws {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        if watch, isTerminal, !json { write("\u{1B}[2J") }
        repeat {
            let report = try await Administration.ask { client throws(AdminError) in try await client.status() }
            let text = StatusText(report)
            switch (watch, json) {
            case (false, false): write(text.whole)
            case (false, true): try Output.json(report)
            case (true, true): try Output.jsonLine(report)
            case (true, false): write(isTerminal ? Self.drawn(text.whole) : Self.stamped(text.line))
            }
            if watch { try await Task.sleep(for: .seconds(1)) }
        } while watch
    }

    private func write(_ text: String) { Output.text(text, terminator: "") }

    /// From the top of the screen, over what is there.
    private static func drawn(_ text: String) -> String {
        "\u{1B}[H" + text.replacing("\n", with: "\u{1B}[K\n") + "\u{1B}[J"
    }

    private static func stamped(_ line: String) -> String {
        Date.now.formatted(.iso8601) + "  " + line + "\n"
    }
}
