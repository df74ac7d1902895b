import CJQ
import Foundation
import Synchronization

/// One libjq state, behind a lock that is never contended: ``JQProgram`` uses each from one queue.
final class JQInterpreter: Sendable {
    private let state: Mutex<OpaquePointer>

    init(_ source: String) throws(JQProgram.Failure) {
        guard let pointer = jq_init() else { throw JQProgram.Failure(message: "libjq can't be started") }
        let messages = JQMessages()
        let isCompiled = messages.collecting(from: pointer) { jq_compile(pointer, source) != 0 }
        guard isCompiled else {
            var discarded: OpaquePointer? = pointer
            jq_teardown(&discarded)
            throw JQProgram.Failure(message: messages.text)
        }
        state = Mutex(pointer)
    }

    deinit {
        state.withLock { pointer in
            var discarded: OpaquePointer? = pointer
            jq_teardown(&discarded)
        }
    }

    func run(_ input: [UInt8], limit: Int) -> Result<[Data], JQProgram.Failure> {
        state.withLock { pointer in
            let value = input.withUnsafeBytes { bytes in
                jv_parse_sized(bytes.bindMemory(to: CChar.self).baseAddress, Int32(clamping: bytes.count))
            }
            guard jv_is_valid(value) != 0 else {
                jv_free(value)
                return .failure(JQProgram.Failure(message: "the input is not JSON"))
            }
            jq_start(pointer, value, 0)
            return Self.outputs(pointer, limit: limit)
        }
    }

    private static func outputs(_ pointer: OpaquePointer, limit: Int) -> Result<[Data], JQProgram.Failure> {
        var outputs: [Data] = []
        while outputs.count <= limit {
            let value = jq_next(pointer)
            guard jv_is_valid(value) != 0 else {
                guard let message = message(ofInvalid: value) else { return .success(outputs) }
                return .failure(JQProgram.Failure(message: message))
            }
            let text = jv_dump_string(value, 0)
            outputs.append(Data(bytes: jv_string_value(text), count: Int(jv_string_length_bytes(jv_copy(text)))))
            jv_free(text)
        }
        return .success(outputs)
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
