import Foundation
import NPSServer

/// Where it listens, and with what.
extension Settings {
    static func readHTTP(_ reader: inout SettingsReader, isTLS: Bool) -> HTTP? {
        let host = reader.value(Setting.httpHost)
        let port = reader.value(Setting.httpPort)
        let socket = readUnixSocket(&reader)
        let authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let standardURL = (isTLS ? "https://" : "http://") + authority
        let publicURL = reader.text(Setting.publicURL, standard: standardURL).flatMap(PublicURL.init)
        if publicURL == nil {
            reader.note("http.public-url must be an http or https address such as https://nps.example.com/feedback.")
        }
        var proxies: [AddressRange] = []
        for text in reader.list(Setting.trustedProxies) {
            guard let range = AddressRange(text) else {
                reader.note("http.trusted-proxies has an entry that is no address or CIDR range such as 10.0.0.0/8.")
                continue
            }
            proxies.append(range)
        }
        let redirectPort = reader.value(Setting.redirectPort)
        guard let publicURL else { return nil }
        return HTTP(
            address: socket.map(ListenAddress.unixSocket) ?? .hostname(host, port: port),
            publicURL: publicURL,
            trustedProxies: TrustedProxies(proxies),
            redirectPort: redirectPort
        )
    }

    private static func readUnixSocket(_ reader: inout SettingsReader) -> UnixSocketFile? {
        let path = reader.value(Setting.httpUnixSocket)
        let mode = reader.value(Setting.httpUnixSocketMode)
        let name = reader.value(Setting.httpUnixSocketGroup)
        let group = name.flatMap { UnixSocketFile.group(named: $0) }
        if let name, group == nil {
            reader.note("http.unix-socket-group: this machine has no group \(name): make it, or name another.")
        }
        guard let path else { return nil }
        if path.hasPrefix("@") || UnixAddress(path) == nil {
            reader.note("http.unix-socket must be a path of 107 bytes at most.")
        }
        return UnixSocketFile(path, mode: mode, group: group)
    }

    static func readTLS(_ reader: inout SettingsReader) -> TLSFiles? {
        let certificates = reader.filledList(Setting.certificate)
        let privateKeys = reader.filledList(Setting.privateKey)
        let profile = reader.value(Setting.tlsProfile)
        switch (certificates.count, privateKeys.count) {
        case (0, 0): return nil
        case (_, 0): reader.note("tls.private-key is missing: TLS needs it beside tls.certificate.")
        case (0, _): reader.note("tls.certificate is missing: TLS needs it beside tls.private-key.")
        case (let count, let keys) where count != keys:
            reader.note(
                "tls.private-key names \(keys), tls.certificate \(count): each needs its own, in the same order."
            )
        default:
            let pairs = zip(certificates, privateKeys).map { CertificateFiles(certificate: $0, privateKey: $1) }
            return TLSFiles(pairs, profile: profile)
        }
        return nil
    }

    static func readAdmin(_ reader: inout SettingsReader) -> Admin {
        let host = reader.value(Setting.adminHost)
        let port = reader.value(Setting.adminPort)
        let hosts = AdminHosts(host: host, names: reader.filledList(Setting.adminHostNames))
        if hosts == nil {
            reader.note(
                """
                admin.host-names must be names such as nps.example.com, without a port, or endings of two words at least, such as \
                .example.com.
                """
            )
        }
        return Admin(host: host, port: port, hosts: hosts ?? .standard, token: reader.secret(Setting.adminToken))
    }
}
