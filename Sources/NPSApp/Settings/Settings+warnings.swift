import NPSServer

extension Settings {
    /// What is allowed and yet probably a mistake: one sentence each.
    package var warnings: [String] { openSocket + forgottenProxy }

    private var openSocket: [String] {
        guard case .unixSocket(let file) = http.address, file.mode & 0o002 != 0 else { return [] }
        return [
            """
            http.unix-socket-mode lets everybody on this machine connect, and whoever connects says who the client is: give \
            the socket to the proxy's group instead (http.unix-socket-group).
            """
        ]
    }

    private var forgottenProxy: [String] {
        guard http.trustedProxies == .none, !AddressRange.isLoopback(http.publicURL.host) else { return [] }
        switch http.address {
        case .hostname(let host, _) where AddressRange.isLoopback(host):
            return [
                """
                http.public-url is \(http.publicURL), but only this machine can reach http.host \(host): if a proxy stands \
                in front, list its address in http.trusted-proxies. Until then all of its clients share one limit.
                """
            ]
        case .hostname, .unixSocket, .inherited:
            return []
        }
    }
}
