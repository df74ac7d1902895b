import CJQ

/// What a jq program calls this program for.
///
/// libjq has no interface for functions of the program that uses it, but two of its builtins call back: `debug` with its
/// input, and `input` for a value. So a call of a ``JQFunction`` is a `debug` for each argument and an `input` for the result;
/// see ``JQFunction/definition``. A mapping can call neither by itself: ``JQPrelude`` gives both names another meaning.
///
/// Belongs to one ``JQInterpreter``, and is used by one thread at a time.
final class JQHost {
    /// The names of members that payloads had.
    var names = JQNames()
    /// What came by `debug` since the last result, the newest last.
    private var arguments: [jv] = []
    private var memory = JQFunctionMemory()

    deinit {
        clear()
    }

    /// Has the callbacks of a state lead here, as long as this lives.
    func attach(to state: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        jq_set_debug_cb(
            state,
            { context, value in
                guard let context else { return jv_free(value) }
                Unmanaged<JQHost>.fromOpaque(context).takeUnretainedValue().arguments.append(value)
            },
            context
        )
        jq_set_input_cb(
            state,
            { _, context in
                guard let context else { return jv_invalid() }
                return Unmanaged<JQHost>.fromOpaque(context).takeUnretainedValue().result()
            },
            context
        )
    }

    /// Forgets the arguments of a call that a run was stopped in.
    func clear() {
        for argument in arguments { jv_free(argument) }
        arguments.removeAll(keepingCapacity: true)
    }

    /// The result of the call whose arguments came last; an invalid value with a message where it has none.
    private func result() -> jv {
        defer { clear() }
        // `_input` is libjq 1.6's own name for `input`, under which a mapping may call it.
        guard arguments.count >= 2, let function = JQFunction(number: arguments[arguments.count - 2]) else {
            return Self.error("input is not available in a mapping")
        }
        guard !function.hasArgument || arguments.count >= 3 else { return Self.error("an argument is missing") }
        let argument = function.hasArgument ? arguments[arguments.count - 3] : jv_null()
        do throws(JQFunction.Failure) {
            return try function.result(of: arguments[arguments.count - 1], argument, memory: &memory).take()
        } catch {
            return Self.error(error.message)
        }
    }

    private static func error(_ message: String) -> jv { jv_invalid_with_msg(jv_string(message)) }
}
