import CJQ
import NPSModel
import Synchronization

/// One libjq state. ``run(_:limit:)`` takes its lock, so it may be called from anywhere, but ``JQProgram`` gives each
/// interpreter a queue of its own; ``interrupt(after:)`` is for another thread.
final class JQInterpreter: Sendable {
    private enum Activity {
        case idle
        case running(since: ThreadTime)
        case interrupted
    }

    /// Safe, since it never changes, only `run` uses what it points to and holds `turn` meanwhile, and the one exception
    /// is guarded by `activity`; see ``interrupt(after:)``.
    nonisolated(unsafe) private let state: OpaquePointer
    private let turn = Mutex(())
    private let activity = Mutex(Activity.idle)

    init(_ program: String) throws(JQSyntaxError) {
        guard let state = jq_init() else {
            throw JQSyntaxError(flaws: [.init(line: nil, message: "can't be compiled: libjq doesn't start")])
        }
        let messages = JQMessages()
        let isCompiled = messages.collecting(from: state) { jq_compile(state, JQPrelude.text + program) != 0 }
        guard isCompiled else {
            var discarded: OpaquePointer? = state
            jq_teardown(&discarded)
            throw messages.syntaxError(skippedLines: JQPrelude.lineCount)
        }
        self.state = state
    }

    deinit {
        var discarded: OpaquePointer? = state
        jq_teardown(&discarded)
    }

    /// The program's outputs for one JSON text, at most `limit` of them.
    func run(_ input: [UInt8], limit: Int) -> Result<[JSONValue], JQFailure> {
        turn.withLock { _ in
            // libjq 1.6 takes a zero byte for the end of a number, and reads on to one when it quotes bad input.
            guard !input.contains(0) else { return .failure(.notJSON("the input holds a zero byte")) }
            let text = JQNumbers.exact(JQSurrogates.paired(input)) + [0]
            guard let length = Int32(exactly: text.count - 1) else {
                return .failure(.notJSON("the input is too large"))
            }
            let value = text.withUnsafeBytes { jv_parse_sized($0.bindMemory(to: CChar.self).baseAddress, length) }
            guard jv_is_valid(value) != 0 else {
                return .failure(.notJSON(Self.message(ofInvalid: value) ?? "the input is empty"))
            }
            jq_start(state, value, 0)
            activity.withLock { $0 = .running(since: ThreadTime()) }
            let result = outputs(limit: limit)
            return activity.withLock { activity in
                defer { activity = .idle }
                if case .interrupted = activity { return .failure(.tooSlow) }
                return result
            }
        }
    }

    /// Stops a run that has taken more processor time than this; true while one is going on.
    ///
    /// `jq_halt` sets a flag that libjq 1.6 reads before each instruction. A run leaves `running` under the same lock,
    /// so the flag is never set on a state that nobody runs, and never twice, which libjq would not survive.
    func interrupt(after limit: Duration) -> Bool {
        activity.withLock { activity in
            switch activity {
            case .idle: return false
            case .interrupted: return true
            case .running(let start):
                if start.elapsed >= limit {
                    activity = .interrupted
                    jq_halt(state, jv_invalid(), jv_invalid())
                }
                return true
            }
        }
    }

    private func outputs(limit: Int) -> Result<[JSONValue], JQFailure> {
        var outputs: [JSONValue] = []
        while true {
            let value = jq_next(state)
            guard jv_is_valid(value) != 0 else {
                return Self.message(ofInvalid: value).map { .failure(.stopped($0)) } ?? .success(outputs)
            }
            guard outputs.count < limit else {
                jv_free(value)
                return .failure(.tooManyOutputs)
            }
            guard let output = JSONValue(consuming: value) else { return .failure(.tooDeep) }
            outputs.append(output)
        }
    }

    /// Nil for the plain end of outputs. Consumes the value.
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
