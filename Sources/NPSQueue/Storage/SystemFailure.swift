import Foundation

/// An `errno` in words: "No space left on device, errno 28".
struct SystemFailure: CustomStringConvertible {
    let code: Int32

    init(_ code: Int32) {
        self.code = code
    }

    var description: String {
        "\(String(cString: strerror(code))), errno \(code)"
    }
}
