import HTTPTypes
import Hummingbird
package import Logging

/// Builds the plain HTTP listener that only sends browsers to the public address.
package enum RedirectListener {
    package static func make(
        to publicURL: PublicURL,
        address: ListenAddress,
        proxies: TrustedProxies,
        logger: Logger
    ) throws -> Listener {
        try Listener(
            router: router(to: publicURL),
            address: address,
            tls: nil,
            limits: ConnectionLimits(),
            proxies: proxies,
            logger: logger,
            onListening: { _ in }
        )
    }

    /// Every path leads to the open form; nothing of the request's own address is carried over.
    static func router(to publicURL: PublicURL) -> Router<CollectorContext> {
        let router = Router<CollectorContext>.collector(listener: "redirect")
        let target = publicURL.description + "/survey"
        let redirect = Response(status: .permanentRedirect, headers: [.location: target])
        for path in ["/", "**"] as [RouterPath] {
            router.get(path) { _, _ in redirect }
            router.head(path) { _, _ in redirect }
            // A POST to this port has sent its content in clear already: say so instead of redirecting it.
            router.post(path) { _, _ -> Response in
                throw Problem(
                    status: .forbidden,
                    title: "Not encrypted",
                    detail: "Send this request to the https address."
                )
            }
        }
        return router
    }
}
