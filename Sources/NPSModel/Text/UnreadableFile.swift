import Foundation

/// Why a file that somebody named can't be read, in words that say what to do about it.
package struct UnreadableFile: Sendable, Hashable, CustomStringConvertible {
    /// Absolute, so that nobody has to know the working directory. Where it may be a secret, it isn't told.
    package let path: String
    /// Such as "there is no such file".
    package let reason: String
    /// The file may be all right: this user may not read it.
    package let isDenied: Bool

    /// Looks at the file as it is now, after an attempt to read it has failed.
    ///
    /// - Parameter other: what is wrong with it when it can be opened.
    package init(at path: String, otherwise other: String = "it is no UTF-8 text") {
        let file = URL(filePath: path).standardizedFileURL
        self.path = Self.mayBeSecret(path) ? "what stands there in place of a path" : file.path
        var isDirectory: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        let code = errno
        if descriptor >= 0 { close(descriptor) }
        isDenied = descriptor < 0 && (code == EACCES || code == EPERM)
        if descriptor >= 0 {
            reason = isDirectory.boolValue ? "it is a directory, not a file" : other
        } else if isDenied {
            reason = Self.denial(of: file, what: isDirectory.boolValue ? "directory" : "file")
        } else if code == ENOENT {
            reason = Self.absence(of: file)
        } else {
            reason = String(cString: strerror(code))
        }
    }

    package var description: String { "\(path): \(reason)" }

    /// Whether a text that stands where none belongs may be a key or a token that somebody put there: it has several lines, or
    /// twenty letters and digits in a row.
    package static func mayBeSecret(_ text: String) -> Bool {
        if text.utf8.contains(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) { return true }
        let words = text.utf8.split { !$0.isASCIILetter && !$0.isASCIIDigit }
        return words.contains { word in word.count >= 20 && word.contains(where: \.isASCIIDigit) }
    }

    private static func denial(of file: URL, what: String) -> String {
        let user = ProcessInfo.processInfo.userName
        let closed = parents(of: file).first { access($0, X_OK) != 0 }
        let remedy = closed.map { "let it into the directory \($0)" } ?? "let it read the \(what)"
        return "permission denied for the user \(user.isEmpty ? "\(geteuid())" : user); \(remedy)"
    }

    private static func absence(of file: URL) -> String {
        let missing = parents(of: file).first { !FileManager.default.fileExists(atPath: $0) }
        return missing.map { "there is no directory \($0)" } ?? "there is no such file"
    }

    /// The directories that lead to it, the outermost first.
    private static func parents(of file: URL) -> [String] {
        let names = file.deletingLastPathComponent().pathComponents.dropFirst()
        return names.indices.map { "/" + names[...$0].joined(separator: "/") }
    }
}
