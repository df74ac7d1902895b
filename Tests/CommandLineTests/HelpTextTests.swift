import ArgumentParser
import Foundation
import NPSModel
import NPSQueue
import Testing

@testable import nps_collector

@Suite("Texts of the command line")
struct HelpTextTests {
    @Test("the help of every verb has --config, and nothing else is changed")
    func config() throws {
        let verbs: [any ParsableCommand.Type] = [
            NPSCollector.self, Serve.self, Healthcheck.self, QueueStatusCommand.self, QuarantineReplay.self,
            PlanhatList.self, LinksCommand.self,
        ]
        for verb in verbs {
            let help = NPSCollector.helpMessage(for: verb, columns: 80)
            let lines = HelpText.withConfig(help).split(separator: "\n", omittingEmptySubsequences: false)
            let place = try #require(lines.firstIndex { $0.hasPrefix("  --config <file>  ") })
            #expect(lines[place + 2].hasPrefix("  -h, --help "))
            #expect((lines[..<place] + lines[(place + 2)...]).joined(separator: "\n") == help)
        }
        #expect(HelpText.withConfig("1.0.0") == "1.0.0")
    }

    @Test("a long text goes on under its column")
    func wrapped() {
        let text = HelpText.wrapped(
            Array(repeating: "word", count: 20).joined(separator: " "),
            after: "  --key  ",
            indent: 9
        )
        #expect(text.split(separator: "\n").map(\.count) == [78, 38])
        #expect(text.contains("\n         word"))
    }

    @Test("the settings in a help are indented, and the sandbox lists its own")
    func settings() throws {
        for verb: any ParsableCommand.Type in [Serve.self, Check.self, SandboxCommand.self] {
            let help = NPSCollector.helpMessage(for: verb, columns: 80)
            let settings = help.components(separatedBy: "KEY-file):\n").last?.components(separatedBy: "\n\n").first
            let lines = try #require(settings).split(separator: "\n")
            #expect(lines.count > 4 && lines.allSatisfy { $0.hasPrefix("  ") && $0.count <= 79 })
        }
        let sandbox = NPSCollector.helpMessage(for: SandboxCommand.self, columns: 80)
        #expect(sandbox.contains("  --sandbox-port") && !sandbox.contains("--survey-brand"))
        #expect(sandbox.contains("curl -X PATCH"))
    }

    @Test("a mistake that is found while a verb runs shows the verb's own usage")
    func refusal() {
        let text = HelpText.refusal("--email is wrong", by: QueueList.self, of: NPSCollector.self)
        #expect(text.hasPrefix("Error: --email is wrong\nUsage: nps-collector queue list "))
        #expect(text.hasSuffix("\n  See 'nps-collector queue list --help' for more information."))
    }

    @Test("an empty list is a sentence")
    func nothing() {
        #expect(QueueList.nothing(state: nil, isOfOne: false, isPage: false) == "There are no responses yet.")
        #expect(QueueList.nothing(state: .parked, isOfOne: false, isPage: false) == "There are no parked responses.")
        #expect(QueueList.nothing(state: .parked, isOfOne: true, isPage: false).contains("no such responses"))
        #expect(QueueList.nothing(state: nil, isOfOne: true, isPage: true) == "No more responses follow.")
    }

    @Test("parked is one state, and no other can be asked for with it")
    func parked() throws {
        #expect(throws: (any Error).self) { try QueueList.parse(["--parked", "--state", "pending"]) }
        _ = try QueueList.parse(["--parked", "--state", "parked"])
        _ = try QueueList.parse(["--parked"])
    }

    @Test("webhook map names the item of a batch")
    func items() {
        let invalid = InvalidResponse([FieldProblem(field: "email", message: "is missing")])
        let batch = WebhookMap.placed(invalid, at: "[1].").description
        #expect(batch == "The response can't be accepted: [1].email is missing.")
        #expect(WebhookMap.placed(invalid, at: "") == invalid)
    }
}
