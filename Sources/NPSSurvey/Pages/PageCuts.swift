import NPSPages

/// The HTML of all pages of one state, cut at the places where its values stand.
struct PageCuts: Sendable {
    private enum Piece {
        case text([UInt8])
        case value(PageValue)
    }

    /// What begins a piece of its own. Pages of different states have the style sheet and, as far as the same score is
    /// chosen, the scale in common: as pieces they can be stored once.
    private static let seams = ["<style", "</style", "<fieldset", "</fieldset"].map { Array($0.utf8) }

    private var pieces: [Piece] = []
    private let textCount: Int

    /// - Parameter html: the page with a mark for each value.
    init(_ html: [UInt8], at marks: PageMarks) {
        var start = 0
        var index = 0
        var textCount = 0
        func cut(_ pieces: inout [Piece]) {
            guard start < index else { return }
            pieces.append(.text(Array(html[start..<index])))
            textCount += index - start
            start = index
        }
        while index < html.count {
            if let (value, length) = marks.value(at: index, in: html) {
                cut(&pieces)
                pieces.append(.value(value))
                index += length
                start = index
            } else {
                if html[index] == UInt8(ascii: "<"), Self.seams.contains(where: html[index...].starts) { cut(&pieces) }
                index += 1
            }
        }
        cut(&pieces)
        self.textCount = textCount
    }

    /// The page with these values. They are escaped; nothing else is done to them, and nothing is looked for in them.
    func joined(with values: PageValues) -> [UInt8] {
        let valueCount = pieces.reduce(0) { count, piece in
            if case .value(let value) = piece { count + values[value].utf8.count } else { count }
        }
        var html: [UInt8] = []
        html.reserveCapacity(textCount + valueCount + valueCount / 8)
        for piece in pieces {
            switch piece {
            case .text(let bytes): html.append(contentsOf: bytes)
            case .value(let value): HTMLText.append(values[value], to: &html)
            }
        }
        return html
    }
}

extension PageCuts {
    /// Replaces each text by an equal one that is stored already.
    mutating func shareTexts(_ stored: ([UInt8]) -> [UInt8]) {
        for index in pieces.indices {
            if case .text(let text) = pieces[index] { pieces[index] = .text(stored(text)) }
        }
    }
}
