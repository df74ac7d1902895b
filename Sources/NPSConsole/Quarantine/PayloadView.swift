import Foundation
import NPSQueue

/// What `payload.mustache` prints: one entry, with what was received.
struct PayloadView: Sendable {
    let entry: QuarantineView.EntryView
    let delivery: String?
    let type: String?
    /// The beginning of the body as text, with what can't be seen in it written out.
    let body: String
    /// That this isn't all; nil when it is.
    let cut: String?
    let back: String

    /// In bytes of HTML.
    private static let mostBody = 2_400
    /// The same of what else a tool sends.
    private static let mostHeader = 200

    init(_ entry: QuarantineEntry, _ text: Sentences, _ visit: Visit) {
        self.entry = QuarantineView.EntryView(entry, problems: 8, text, visit)
        delivery = entry.deliveryID.map { PageRoom.shortened($0, to: Self.mostHeader) }
        type = entry.contentType.map { PageRoom.shortened($0, to: Self.mostHeader) }
        let (shown, isWhole) = Self.shown(entry.body ?? Data())
        body = shown
        cut = isWhole ? nil : text("payloadCut", ["id": "\(entry.id)"])
        back = visit.address(QuarantinePath.list)
    }

    private static func shown(_ bytes: Data) -> (text: String, isWhole: Bool) {
        let text = String(decoding: bytes.prefix(mostBody), as: UTF8.self)
        var (shown, size) = ("", 0)
        for scalar in text.unicodeScalars {
            let part = visible(scalar)
            size += PageRoom.weight(of: part.unicodeScalars)
            guard size <= mostBody else { return (shown, false) }
            shown += part
        }
        return (shown, bytes.count <= mostBody)
    }

    /// What a browser would drop, or obey, is written out.
    private static func visible(_ scalar: Unicode.Scalar) -> String {
        switch (scalar.value, scalar.properties.generalCategory) {
        case (0x09, _), (0x0A, _): String(scalar)
        case (_, .control), (_, .format), (_, .lineSeparator), (_, .paragraphSeparator):
            "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        default: String(scalar)
        }
    }
}
