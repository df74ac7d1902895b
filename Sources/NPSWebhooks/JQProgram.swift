import CJQ
import Dispatch
import Foundation
import NPSModel
import Synchronization

/// A compiled jq program. Each of its interpreters lives on a serial Dispatch queue of its own: libjq's states may not
/// be used by two threads at once, and a slow program must hold up neither an event loop nor the cooperative pool.
final class JQProgram: Sendable {
    /// What jq says of a program or a run; may quote the payload, so it is for the operator's eyes only.
    struct Failure: Error, Hashable {
        let message: String
    }

    private struct Worker: Sendable {
        let queue: DispatchQueue
        let interpreter: JQInterpreter
    }

    private let workers: [Worker]
    private let next = Mutex(0)

    init(_ source: String, workers count: Int = 2) throws(Failure) {
        var workers: [Worker] = []
        for number in 0..<max(1, count) {
            workers.append(
                Worker(
                    queue: DispatchQueue(label: "nps.jq.\(number)"),
                    interpreter: try JQInterpreter(source)
                )
            )
        }
        self.workers = workers
    }

    /// The program's outputs for one input, as JSON texts; stops after `limit` + 1 of them.
    func run(_ input: [UInt8], limit: Int) async -> Result<[Data], Failure> {
        let worker = next.withLock { next in
            next = (next + 1) % workers.count
            return workers[next]
        }
        return await withCheckedContinuation { continuation in
            worker.queue.async {
                continuation.resume(returning: worker.interpreter.run(input, limit: limit))
            }
        }
    }
}
