/// Which of several certificates a client gets, by the host name that it asks for (SNI, RFC 6066 §3).
struct ServerNames: Sendable, Hashable {
    /// The places of certificates by name. The first that has a name keeps it.
    private var places: [String: Int] = [:]
    private let standard: Int
    /// Names that a later certificate has as well, each once, in their order.
    private(set) var repeated: [String] = []

    /// - Parameters:
    ///   - names: of each certificate, as ``CertificateFacts/names`` has them.
    ///   - standard: the place of the certificate for other names.
    init(_ names: [[String]], standard: Int = 0) {
        self.standard = standard
        for (place, names) in names.enumerated() {
            for name in Set(names).sorted() {
                if places[name] == nil {
                    places[name] = place
                } else if !repeated.contains(name) {
                    repeated.append(name)
                }
            }
        }
    }

    /// By the name itself, otherwise by a wildcard in the place of its first label; the standard one for other names and
    /// for clients that ask for none.
    func place(for host: String?) -> Int {
        guard let host = host?.lowercased() else { return standard }
        return places[host] ?? Self.wildcard(for: host).flatMap { places[$0] } ?? standard
    }

    /// `*.example.com` for `www.example.com`; nil for a host of one label.
    static func wildcard(for host: String) -> String? {
        guard let dot = host.firstIndex(of: "."), dot != host.startIndex else { return nil }
        return "*" + host[dot...]
    }
}
