/// Ends the program with a sentence on standard error and one of `sysexits.h`'s codes.
struct Stop: Error {
    enum Code: Int32 {
        case failure = 1
        case usage = 64
        case unreachable = 69
        case configuration = 78
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
