import Foundation
import NPSConsole
import NPSModel
import NPSQueue

/// The erasure of a person as a page has it done: call after call until everything was searched, with what they did added up.
struct PersonErasure: Sendable {
    /// ``OperatorActions/erase(_:by:onPart:)``, which adds each part to the note as soon as it is durable.
    let call: @Sendable (ErasureRequest, inout ErasureNote) async throws -> ErasureResponse
    /// Told what Planhat is to forget, since somebody waits for it.
    let hurry: @Sendable ([Erasure.Remote]) -> Void
    let now: @Sendable () -> Date

    /// - Parameter before: what an earlier try did.
    /// - Returns: what was done, also by a call that failed in the end.
    func run(
        _ address: EmailAddress,
        isRemote: Bool,
        after before: ErasureNote?
    ) async -> ErasureTickets.Outcome {
        var note = before ?? ErasureNote(erasedAt: now())
        var after: Int64?
        do {
            repeat {
                let wanted = ErasureRequest(email: address.address, remote: isRemote, after: after)
                let answer = try await call(wanted, &note)
                note.settle(answer.erasure.remote)
                after = answer.next
            } while after != nil
        } catch {
            return (note.isEmpty ? nil : note, error)
        }
        if isRemote { hurry(note.remote) }
        return (note, nil)
    }
}

extension ErasureNote {
    mutating func add(_ part: ErasurePart) {
        switch part {
        case .payloads(let count): add(quarantined: count)
        case .responses(let erasure): add(erasure)
        }
    }
}
