import HTTPTypes
import NIOHTTP1

/// A request that no route sees: its connection is given up before it has wholly arrived.
enum UnroutedRequest: CaseIterable {
    /// It can't be read as HTTP.
    case unreadable
    /// A field of its header, or all of them, are too long.
    case headTooLong
    /// Its body has far too many parts.
    case tooManyParts
    /// There is no memory for its body.
    case noRoom

    var cause: EdgeRefusal {
        switch self {
        case .unreadable: .unreadable
        case .headTooLong: .headTooLong
        case .tooManyParts: .tooManyParts
        case .noRoom: .noRoom
        }
    }

    var problem: Problem {
        switch self {
        case .unreadable: .badRequest("This is no HTTP/1.1 request.")
        case .headTooLong:
            Problem(
                status: .requestHeaderFieldsTooLarge,
                title: "Header too long",
                detail: "A header may have 100 fields, each of 8 KiB, and 16 KiB in all, the address included."
            )
        case .tooManyParts: .badRequest("The body comes in too many small chunks.")
        case .noRoom:
            Problem(
                status: .serviceUnavailable,
                title: "Not available just now",
                detail: "Too many large requests are arriving. Send this one again after the time in Retry-After.",
                retryAfter: 5
            )
        }
    }

    /// Nil for what is no error of the parser.
    init?(parsing error: any Error) {
        guard let error = error as? HTTPParserError else { return nil }
        self = error == .headerOverflow ? .headTooLong : .unreadable
    }
}

extension EdgeRefusal {
    /// Nil where nobody is refused: for what is no error of the parser, and for a client that goes away in the middle of a
    /// request.
    init?(parsing error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState, HTTPParserError.closedConnection: return nil
        default:
            guard let request = UnroutedRequest(parsing: error) else { return nil }
            self = request.cause
        }
    }
}
