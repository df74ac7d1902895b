import HTTPTypes
import Hummingbird
package import Logging
import NPSModel
package import NPSSurvey

/// Builds the plain HTTP listener that only sends browsers to the public address.
package enum RedirectListener {
    package static func make(
        to publicURL: PublicURL,
        pages: SurveyPages,
        address: ListenAddress,
        proxies: TrustedProxies,
        logger: Logger
    ) throws -> Listener {
        let errorPages = ErrorPages(pages: pages, basePath: publicURL.basePath)
        return try Listener(
            router: router(to: publicURL, errorPages: errorPages),
            address: address,
            tls: nil,
            limits: ConnectionLimits(),
            proxies: proxies,
            errorPages: errorPages,
            logger: logger,
            onListening: { _ in }
        )
    }

    /// A personal link leads to the same link, everything else to the open form. Nothing else of the request's own address
    /// is carried over.
    static func router(to publicURL: PublicURL, errorPages: ErrorPages) -> Router<CollectorContext> {
        let router = Router<CollectorContext>.collector(listener: "redirect", errorPages: errorPages)
        for path in ["/", "**"] as [RouterPath] {
            router.get(path) { request, _ in redirect(request, to: publicURL) }
            router.head(path) { request, _ in redirect(request, to: publicURL) }
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

    private static func redirect(_ request: Request, to publicURL: PublicURL) -> Response {
        let segments = request.segments(below: publicURL.basePath)
        // The language is all that a link's query can say.
        let language =
            request.query("lang").flatMap { isPlain($0[...]) && !$0.contains("%") ? "?lang=\($0)" : nil } ?? ""
        let isLink = (2...3).contains(segments.count) && segments[0] == "s" && segments.allSatisfy(isPlain)
        let path = isLink ? "/" + segments.joined(separator: "/") + language : "/survey"
        return Response(status: .permanentRedirect, headers: [.location: publicURL.description + path])
    }

    /// Whether a part of an address can stand in another one as it is: letters, digits and `-._~`, or their escapes.
    private static func isPlain(_ part: Substring) -> Bool {
        part != "." && part != ".."
            && part.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "-._~%".utf8.contains($0) }
    }
}
