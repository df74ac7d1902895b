import NIOHTTP2

extension NIOHTTP2Handler.Configuration {
    /// How NIO reads and writes HTTP/2, within the limits. Windows and frames have the sizes that the protocol begins with.
    init(_ limits: ConnectionLimits) {
        self.init()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.streams),
            // Twice what is answered, with 32 bytes a field as HPACK counts (RFC 9113 §6.5.2): what is a little too long gets
            // its 431, what is longer ends the connection.
            HTTP2Setting(parameter: .maxHeaderListSize, value: 2 * limits.headerList),
        ]
        // As a client may send between two pieces of a body.
        connection.maximumSequentialEmptyDataFrames = 10
        connection.maximumBufferedControlFrames = 10 * limits.streams
        connection.controlFrameRateLimit.maximumCount = limits.controlFrames
        connection.controlFrameRateLimit.windowLength = limits.frameWindow
        // What still arrives for a request that was answered early is dropped as long as its stream is remembered.
        connection.maximumRecentlyResetStreams = 4 * limits.streams
        // The same errors are limited by their rate below. For its whole life, a proxy's connection may have any number.
        connection.maximumConnectionGlitches = .max
        stream.streamResetFrameRateLimit.maximumCount = limits.resets
        stream.streamResetFrameRateLimit.windowLength = limits.frameWindow
        stream.streamErrorRateLimit.maximumCount = limits.resets
        stream.streamErrorRateLimit.windowLength = limits.frameWindow
    }
}
