import Foundation

extension String {
    /// Without the white space and the line breaks around it.
    ///
    /// Most texts have none, which their first and last bytes tell; Foundation would translate the whole text first.
    package var trimmed: String {
        guard let first = utf8.first, let last = utf8.last else { return self }
        let visible: ClosedRange<UInt8> = 0x21...0x7e
        if visible.contains(first), visible.contains(last) { return self }
        return trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
