import Foundation
import NPSQueue

/// What `payload.mustache` prints: one entry, with what was received.
struct PayloadView: Sendable {
    let entry: QuarantineView.EntryView
    let delivery: String?
    let type: String?
    /// The beginning of the body as text.
    let body: String
    /// That this isn't all; nil when it is.
    let cut: String?
    let back: String

    /// In bytes of HTML.
    private static let mostBody = 2_800

    init(_ entry: QuarantineEntry, _ text: Sentences, _ visit: Visit) {
        self.entry = QuarantineView.EntryView(entry, problems: 8, text, visit)
        (delivery, type) = (entry.deliveryID, entry.contentType)
        let bytes = entry.body ?? Data()
        let end = Self.end(of: bytes)
        body = String(decoding: bytes.prefix(end), as: UTF8.self)
        cut = end < bytes.count ? text("payloadCut", ["count": text.number(end), "id": "\(entry.id)"]) : nil
        back = visit.address(QuarantinePath.list)
    }

    /// Where to cut, which is not within a character. What is escaped counts as what it becomes.
    private static func end(of bytes: Data) -> Int {
        var size = 0
        guard
            var end = bytes.firstIndex(where: { byte in
                size += byte < 0x20 || "<>&\"'".utf8.contains(byte) ? 6 : 1
                return size > mostBody
            })
        else { return bytes.count }
        while end > bytes.startIndex, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return end - bytes.startIndex
    }
}
