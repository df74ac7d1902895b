import NPSServer

extension Settings {
    /// What is allowed and yet probably a mistake: one sentence each.
    package var warnings: [String] {
        // Who forgot the proxy forgot that it does the TLS.
        openSocket + (forgottenProxy.isEmpty ? missingTLS(at: http.address) : forgottenProxy)
            + confusedTLS(at: http.address) + readableToken + report.remarks
    }

    /// The same where a socket was passed, whose address counts instead.
    func warnings(listeningAt socket: InheritedSocket) -> [String] {
        missingTLS(at: .inherited(socket)) + confusedTLS(at: .inherited(socket)) + readableToken + report.remarks
    }

    /// Of challenges that nobody would answer; nil when somebody does.
    ///
    /// - Parameter isRedirecting: whether the redirect listener has a socket.
    package func challengeWarning(isRedirecting: Bool) -> String? {
        guard acmeWebroot != nil, !isRedirecting else { return nil }
        return """
            tls.acme-webroot is set and http.redirect-port isn't: nothing answers from it unless a socket is passed in its place
            """
    }

    private var openSocket: [String] {
        guard case .unixSocket(let file) = http.address, file.mode & 0o002 != 0 else { return [] }
        return [
            """
            http.unix-socket-mode lets everybody on this machine connect, and whoever connects says who the client is: give \
            the socket to the proxy's group instead (http.unix-socket-group).
            """
        ]
    }

    private var readableToken: [String] {
        guard admin.token != nil, !AddressRange.isLoopback(admin.host) else { return [] }
        return [
            """
            admin.host is \(admin.host), and the admin listener speaks plain HTTP: who can read that network's traffic reads \
            admin.token, and what the pages show of people. Let only a proxy that speaks TLS, or an SSH tunnel, reach it from \
            other machines.
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

    private func missingTLS(at address: ListenAddress) -> [String] {
        guard http.publicURL.isSecure, tls == nil, http.trustedProxies == .none, let port = address.port, port != 443
        else {
            return []
        }
        return [
            """
            http.public-url is \(http.publicURL), but the public listener speaks plain HTTP: set tls.certificate and \
            tls.private-key, or, if a proxy in front does the TLS, list its address in http.trusted-proxies.
            """
        ]
    }

    /// Where one side speaks TLS and the other doesn't, nobody gets an answer that tells why.
    private func confusedTLS(at address: ListenAddress) -> [String] {
        var warnings: [String] = []
        if tls == nil, address.port == 443 {
            warnings.append(
                """
                The public listener speaks plain HTTP on port 443, where clients begin with TLS: set tls.certificate and \
                tls.private-key, or choose another port.
                """
            )
        }
        if tls != nil, address.port == 80 {
            warnings.append(
                "The public listener speaks TLS on port 80, where clients speak plain HTTP: set http.port to 443."
            )
        }
        if tls != nil, !http.publicURL.isSecure {
            warnings.append(
                """
                http.public-url is \(http.publicURL), but the public listener speaks TLS: links lead nowhere until that \
                begins with https.
                """
            )
        }
        return warnings
    }
}
