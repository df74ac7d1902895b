import CoreMetrics
import HTTPTypes
import Metrics

/// Why a connection or a request is refused at the edge. The raw values are labels of a metric.
enum EdgeRefusal: String, CaseIterable {
    /// It can't be read as HTTP.
    case unreadable
    /// The head is over its limits.
    case headTooLong
    /// The head contradicts RFC 9112.
    case malformedHead
    case addressTooLong
    case compressedBody
    case bodyTooLarge
    /// The body comes in too many small chunks.
    case tooManyParts
    /// There is no memory for the body.
    case noRoom
    /// No whole head came in time, or no TLS handshake.
    case slowHead
    /// A request didn't come to its end in time.
    case slowBody
    /// The answer wasn't written in time.
    case slowAnswer
    /// Its client has too many connections.
    case clientConnections
    /// An HTTP/2 connection, or its client, has more requests at once than it may have.
    case streams
    /// Too many streams of an HTTP/2 connection were reset by its client, or ended by its errors.
    case resets
    /// An HTTP/2 connection has too many frames that carry nothing.
    case emptyFrames
    /// The TLS handshake failed.
    case tls
    /// Its client sends too often.
    case rate
    /// A webhook's signature isn't right.
    case signature
    /// The operators' token isn't right.
    case adminToken
}

/// What is counted of one listener's connections. The causes are there from the start, with 0.
struct EdgeCounters: Sendable {
    /// Counts nothing.
    static let none = EdgeCounters(listener: "none", factory: NOOPMetricsHandler.instance)

    private let refusals: [EdgeRefusal: Counter]
    private let open: Meter
    private let opened: Counter
    private let ready: [HTTPProtocol: Counter]
    private let limit: Gauge
    private let isForOperators: Bool

    /// - Parameter listener: `public`, `admin` or `redirect`.
    init(listener: String, factory: any MetricsFactory) {
        let dimensions = [("listener", listener)]
        refusals = Dictionary(
            uniqueKeysWithValues: EdgeRefusal.allCases.map { cause in
                let labels = dimensions + [("cause", cause.rawValue)]
                return (cause, Counter(label: "nps_edge_refusals_total", dimensions: labels, factory: factory))
            }
        )
        open = Meter(label: "nps_edge_connections_open", dimensions: dimensions, factory: factory)
        opened = Counter(label: "nps_edge_connections_opened_total", dimensions: dimensions, factory: factory)
        ready = Dictionary(
            uniqueKeysWithValues: HTTPProtocol.allCases.map { version in
                let labels = dimensions + [("protocol", version.rawValue)]
                return (
                    version, Counter(label: "nps_edge_connections_ready_total", dimensions: labels, factory: factory)
                )
            }
        )
        limit = Gauge(label: "nps_edge_connections_limit", dimensions: dimensions, factory: factory)
        isForOperators = listener == "admin"
        open.set(0)
    }

    func refused(_ cause: EdgeRefusal) {
        refusals[cause]?.increment()
    }

    /// Counts an answer that says by its status that the edge refused the request.
    func answered(_ status: HTTPResponse.Status) {
        guard status.code >= 400 else { return }
        switch status {
        case .contentTooLarge: refused(.bodyTooLarge)
        case .uriTooLong: refused(.addressTooLong)
        case .tooManyRequests: refused(.rate)
        case .unauthorized: refused(isForOperators ? .adminToken : .signature)
        default: break
        }
    }

    func connectionOpened() {
        opened.increment()
        open.increment(by: 1)
    }

    /// It may send requests.
    func connectionReady(_ version: HTTPProtocol) {
        ready[version]?.increment()
    }

    func connectionClosed() {
        open.decrement(by: 1)
    }

    /// - Parameter count: connections that may be open at once.
    func allow(_ count: Int) {
        limit.record(count)
    }
}
