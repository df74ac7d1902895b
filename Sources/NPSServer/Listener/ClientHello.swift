import NIOCore

/// The first message of a TLS client, as far as it is looked at here (RFC 8446 §4.1.2).
struct ClientHello: Equatable {
    enum Reading: Equatable {
        /// More has to come.
        case incomplete
        /// It is none, or can't be read.
        case unreadable
        case whole(ClientHello)
    }

    /// The protocols that the client names (RFC 7301 §3.1); nil when it names none.
    let protocols: [String]?

    /// Bytes with all records; the longest that anybody sends is a few kilobytes.
    static let longest = 32 << 10

    /// - Parameter bytes: all that has come on the connection.
    static func read(_ bytes: ByteBuffer) -> Reading {
        // Records may be empty.
        guard bytes.readableBytes <= longest else { return .unreadable }
        var (bytes, message) = (bytes, ByteBuffer())
        while let kind = bytes.readInteger(as: UInt8.self) {
            guard kind == 22 else { return .unreadable }
            guard bytes.readInteger(as: UInt16.self) != nil, let length = bytes.readInteger(as: UInt16.self) else {
                break
            }
            var record = bytes.readSlice(length: min(Int(length), bytes.readableBytes)) ?? ByteBuffer()
            message.writeBuffer(&record)
            if let hello = whole(message) { return hello }
        }
        return .incomplete
    }

    /// Nil while more has to come.
    private static func whole(_ message: ByteBuffer) -> Reading? {
        var message = message
        guard let head = message.readInteger(as: UInt32.self) else { return nil }
        guard head >> 24 == 1 else { return .unreadable }
        guard let body = message.readSlice(length: Int(head & 0xFF_FFFF)) else { return nil }
        return read(body: body).map(Reading.whole) ?? .unreadable
    }

    private static func read(body: ByteBuffer) -> ClientHello? {
        var body = body
        // The version, and a random number.
        guard body.readSlice(length: 34) != nil, body.readLengthPrefixedSlice(as: UInt8.self) != nil,
            body.readLengthPrefixedSlice(as: UInt16.self) != nil, body.readLengthPrefixedSlice(as: UInt8.self) != nil
        else { return nil }
        var extensions = body.readLengthPrefixedSlice(as: UInt16.self) ?? ByteBuffer()
        while let kind = extensions.readInteger(as: UInt16.self) {
            guard var content = extensions.readLengthPrefixedSlice(as: UInt16.self) else { return nil }
            guard kind == 16 else { continue }
            return content.readLengthPrefixedSlice(as: UInt16.self).map { ClientHello(protocols: names(in: $0)) }
        }
        return ClientHello(protocols: nil)
    }

    private static func names(in list: ByteBuffer) -> [String] {
        var (list, names) = (list, [String]())
        while let name = list.readLengthPrefixedSlice(as: UInt8.self) { names.append(String(buffer: name)) }
        return names
    }
}
