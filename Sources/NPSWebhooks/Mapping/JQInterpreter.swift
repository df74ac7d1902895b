import CJQ
import NPSModel
import Synchronization

/// One libjq state. ``run(_:limit:)`` takes a lock, so that it may be called from any thread, but ``JQProgram`` gives each
/// interpreter a queue of its own. `interrupt` is called from another thread.
final class JQInterpreter: Sendable {
    private struct Run {
        let time = ThreadTime()
        /// What the process took when the run was first looked at; nil before.
        var firstMemory: Int?
    }

    private enum Activity {
        case idle
        case running(Run)
        case interrupted(JQFailure)
    }

    /// Safe: the pointer never changes, and only `run` uses what it points to, while it holds `turn`. The one exception is
    /// guarded by `activity`; see `interrupt`.
    nonisolated(unsafe) private let state: OpaquePointer
    /// Safe: only `run` uses it, while it holds `turn`, and the callbacks of `state`, which come while `run` does.
    nonisolated(unsafe) private let host = JQHost()
    private let turn = Mutex(())
    private let activity = Mutex(Activity.idle)

    init(_ program: String) throws(JQSyntaxError) {
        guard let state = jq_init() else {
            throw JQSyntaxError(mistakes: [.init(line: nil, message: "can't be compiled: libjq doesn't start")])
        }
        RegularExpressions.prepare()
        let messages = JQMessages()
        let isCompiled = messages.collecting(from: state) { jq_compile(state, JQPrelude.text + program) != 0 }
        guard isCompiled else {
            var discarded: OpaquePointer? = state
            jq_teardown(&discarded)
            throw messages.syntaxError(skippedLines: JQPrelude.lineCount)
        }
        self.state = state
        host.attach(to: state)
    }

    deinit {
        var discarded: OpaquePointer? = state
        jq_teardown(&discarded)
    }

    /// The program's outputs for one JSON text, at most `limit` of them.
    func run(_ input: [UInt8], limit: Int) -> Result<[JSONValue], JQFailure> {
        turn.withLock { _ in
            let value: jv
            do throws(JQReader.Failure) {
                value = try JQReader.read(input, names: &host.names).take()
            } catch {
                return .failure(.notJSON)
            }
            host.clear()
            jq_start(state, value, 0)
            let run = Run()
            activity.withLock { $0 = .running(run) }
            let result = outputs(limit: limit)
            return activity.withLock { activity in
                defer { activity = .idle }
                if case .interrupted(let failure) = activity { return .failure(failure) }
                return result
            }
        }
    }

    /// Stops a run that has taken more processor time than `limit`, or since whose first look the process has grown by
    /// more than `memoryLimit`. True while there is a run.
    ///
    /// libjq can't tell how much memory a run takes, so the whole process is measured. Only runs that are slow already are
    /// stopped for it: whatever else may grow, an ordinary run is over by then.
    ///
    /// `jq_halt` sets a flag that libjq 1.6 reads before each instruction. A run leaves `running` under the same lock, so
    /// the flag is never set on an idle state, and never twice: libjq would abort.
    func interrupt(after limit: Duration, memoryLimit: Int = .max) -> Bool {
        activity.withLock { activity in
            switch activity {
            case .idle: return false
            case .interrupted: return true
            case .running(var run):
                let elapsed = run.time.elapsed
                var failure: JQFailure? = elapsed >= limit ? .tooSlow : nil
                if elapsed >= Self.slowness, let memory = ProcessMemory.resident() {
                    if let first = run.firstMemory, memory - first > memoryLimit { failure = failure ?? .tooLarge }
                    run.firstMemory = min(memory, run.firstMemory ?? memory)
                    activity = .running(run)
                }
                if let failure {
                    activity = .interrupted(failure)
                    jq_halt(state, jv_invalid(), jv_invalid())
                }
                return true
            }
        }
    }

    /// Ten times as long as a mapping takes for most payloads.
    private static let slowness = Duration.milliseconds(10)

    /// The most bytes that the outputs of one run take together: several times the largest body.
    private static let outputLimit = 16 << 20

    private func outputs(limit: Int) -> Result<[JSONValue], JQFailure> {
        var outputs: [JSONValue] = []
        var budget = Self.outputLimit
        while true {
            let value = jq_next(state)
            guard jv_is_valid(value) != 0 else {
                return Self.message(ofInvalid: value).map { .failure(.stopped($0)) } ?? .success(outputs)
            }
            guard outputs.count < limit else {
                jv_free(value)
                return .failure(.tooManyOutputs)
            }
            do throws(JQFailure) {
                outputs.append(try JSONValue(consuming: value, budget: &budget))
            } catch {
                return .failure(error)
            }
        }
    }

    /// The message of an error; nil for the normal end of the outputs. Consumes the value.
    private static func message(ofInvalid value: jv) -> String? {
        guard jv_invalid_has_msg(jv_copy(value)) != 0 else {
            jv_free(value)
            return nil
        }
        let message = jv_invalid_get_msg(value)
        defer { jv_free(message) }
        guard jv_get_kind(message) == JV_KIND_STRING else { return "the program stopped with an error" }
        return String(cString: jv_string_value(message))
    }
}

/// Why a run has no outputs. The message of `stopped` may quote the payload and is for its owner only.
enum JQFailure: Error, Hashable {
    case notJSON
    case stopped(String)
    /// It ran for longer than the time limit.
    case tooSlow
    /// Too many runs are waiting already.
    case busy
    case tooManyOutputs
    case tooDeep
    /// It took more memory than a mapping may, or its outputs do.
    case tooLarge

    /// For the operator who tries a program on a payload.
    var detail: String {
        switch self {
        case .notJSON: "the input is not JSON"
        case .stopped(let message): message
        case .tooSlow: "the program ran for too long and was stopped"
        case .busy: "too many payloads are waiting for the program"
        case .tooManyOutputs: "the program has more than \(Mapping.itemLimit) outputs"
        case .tooDeep: "an output is nested too deeply"
        case .tooLarge: "the program takes too much memory"
        }
    }
}
