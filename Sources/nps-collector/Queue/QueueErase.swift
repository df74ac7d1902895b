import ArgumentParser
import Foundation
import NPSApp
import NPSModel
import NPSQueue
import NPSServer

/// `queue erase`: removes a person's data here, and at Planhat with `--remote`.
struct QueueErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Remove what the collector keeps of a person; with --remote, what it delivered to Planhat, too.",
        discussion: """
            Removes the person's responses in every state, the history of attempts, and quarantined payloads that \
            contain the address. A tombstone without personal data stays, so that a repeated webhook doesn't bring an \
            answer back. Prints a receipt without the address. Repeating it is harmless, and goes on where it was \
            interrupted. Exits with 1 when something stays at Planhat that --remote was to delete; the running collector \
            goes on trying that. --unconfirmed deletes at Planhat whatever was erased here and never confirmed there.
            """
    )

    @Option(parsing: .unconditional, help: "The address; - reads it from standard input, out of the shell's history.")
    var email: String?

    @Flag(help: "Also delete at Planhat what was delivered.")
    var remote = false

    @Flag(help: "Delete at Planhat everything that queue list --unconfirmed lists, whoever it was of.")
    var unconfirmed = false

    @Flag(help: "Don't ask.")
    var yes = false

    @Flag(help: "Print the receipt as JSON.")
    var json = false

    func validate() throws {
        guard (email == nil) == unconfirmed else { throw ValidationError("Give either --email or --unconfirmed.") }
    }

    func run() async throws {
        guard let email else { return try await eraseUnconfirmed() }
        let address = try EmailAddress(option: email)
        if !yes { try confirm("This removes everything of this person " + (remote ? "here and at Planhat" : "here")) }
        // A missing token must show before anything is erased.
        if remote { _ = try await CommandLineSettings.load(requiring: [.planhatToken]) }
        var receipt: ErasureReceipt?
        do {
            try await erase(address, into: &receipt)
        } catch {
            // What is erased is gone, ids included, so a second run could no longer report it.
            if let receipt { try show(receipt) }
            throw error
        }
        guard let receipt else { return }
        try show(receipt)
        if receipt.hasFailures { throw ExitCode(Stop.Code.failure.rawValue) }
    }

    private func erase(_ address: EmailAddress, into result: inout ErasureReceipt?) async throws {
        var answer = try await Self.ask(ErasureRequest(email: address.address, remote: remote))
        var receipt = ErasureReceipt(answer)
        receipt.leave(answer.erasure.remote)
        defer { result = receipt }
        while let after = answer.next {
            answer = try await Self.ask(ErasureRequest(email: address.address, remote: remote, after: after))
            receipt.add(answer)
            receipt.leave(answer.erasure.remote)
        }
        guard remote else { return }
        // The last answer has the records of the earlier ones, and those that were added meanwhile.
        receipt.expect(answer.erasure.remote)
        try await RemoteDeletion(address: address).run(answer.erasure.remote) { receipt.note($0) }
    }

    private func show(_ receipt: ErasureReceipt) throws {
        if json { try Output.json(receipt) } else { Output.text(receipt.text, terminator: "") }
    }

    static func ask(_ request: ErasureRequest) async throws -> ErasureResponse {
        try await Administration.ask { client throws(AdminError) in try await client.erase(request) }
    }

    private func eraseUnconfirmed() async throws {
        let count = try await Administration.ask { client throws(AdminError) in try await client.status() }
            .books.unconfirmed
        if count > 0, !yes { try confirm("This deletes the records of \(count) erased responses at Planhat") }
        var receipt = UnconfirmedReceipt()
        do {
            try await UnconfirmedDeletion(count: count).run(into: &receipt)
        } catch {
            try show(receipt)
            throw error
        }
        try show(receipt)
        if !receipt.isComplete { throw ExitCode(Stop.Code.failure.rawValue) }
    }

    private func show(_ receipt: UnconfirmedReceipt) throws {
        if json { try Output.json(receipt) } else { Output.text(receipt.text, terminator: "") }
    }

    private func confirm(_ what: String) throws {
        try Confirmation.ask(what, "Erasing", otherwise: "Nothing was erased.")
    }
}
