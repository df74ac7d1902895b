/// Why a run has no outputs. The words of `notJSON` and `stopped` may quote the payload: they are for its owner only.
enum JQFailure: Error, Hashable {
    case notJSON(String)
    case stopped(String)
    /// It ran for longer than the program may.
    case tooSlow
    /// Too many runs wait already.
    case busy
    case tooManyOutputs
    case tooDeep

    /// For the operator who tries a program on a payload.
    var detail: String {
        switch self {
        case .notJSON(let message): message
        case .stopped(let message): message
        case .tooSlow: "the program ran for too long and was stopped"
        case .busy: "too many payloads wait for the program"
        case .tooManyOutputs: "the program has more than \(Mapping.itemLimit) outputs"
        case .tooDeep: "an output is nested too deeply"
        }
    }
}
