import ArgumentParser
import Foundation
import NPSApp
import NPSModel
import NPSQueue
import NPSServer

/// `queue erase`: a person's data is removed here, and at Planhat if asked for.
struct QueueErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Remove what the collector keeps of a person; with --remote, what it delivered to Planhat, too.",
        discussion: """
            Removes the person's responses in every state, the history of attempts, and quarantined payloads that \
            contain the address. A tombstone without personal data stays, so that a repeated webhook doesn't bring an \
            answer back. Prints a receipt without the address. Repeating it is harmless, and goes on where it was \
            interrupted. Exits with 1 when something stays at Planhat that --remote was to delete.
            """
    )

    @Option(parsing: .unconditional, help: "The address; - reads it from standard input, out of the shell's history.")
    var email: String

    @Flag(help: "Also delete at Planhat what was delivered.")
    var remote = false

    @Flag(help: "Don't ask.")
    var yes = false

    @Flag(help: "Print the receipt as JSON.")
    var json = false

    func run() async throws {
        let address = try address()
        if !yes { try confirm() }
        // A missing token must show before anything is gone.
        if remote { _ = try await CommandLineSettings.load(requiring: [.planhatToken]) }
        var answer = try await Self.ask(ErasureRequest(email: address.address))
        var receipt = ErasureReceipt(answer)
        while let after = answer.next {
            answer = try await Self.ask(ErasureRequest(email: address.address, after: after))
            receipt.add(answer)
        }
        // The last answer has what the earlier ones have, and what came in meanwhile.
        if remote {
            receipt.remote = try await RemoteDeletion(address: address).run(answer.erasure.remote)
        } else {
            receipt.leftAtPlanhat = answer.erasure.remote.count
        }
        if json { try Output.json(receipt) } else { print(receipt.text, terminator: "") }
        if receipt.hasFailures { throw ExitCode(Stop.Code.failure.rawValue) }
    }

    static func ask(_ request: ErasureRequest) async throws -> ErasureAnswer {
        try await Administration.ask { client throws(AdminError) in try await client.erase(request) }
    }

    private func address() throws -> EmailAddress {
        let text = email == "-" ? readLine(strippingNewline: true) ?? "" : email
        do throws(FieldProblem) { return try EmailAddress(text) } catch { throw ValidationError("--\(error)") }
    }

    private func confirm() throws {
        guard isatty(STDIN_FILENO) == 1 else {
            throw ValidationError("Erasing can't be undone: give --yes, as there is no terminal to ask on.")
        }
        let place = remote ? "here and at Planhat" : "here"
        Self.prompt("This removes everything of this person \(place), and can't be undone. Type yes to go on: ")
        guard readLine(strippingNewline: true) == "yes" else { throw Stop(.failure, "Nothing was erased.") }
    }

    private static func prompt(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
