extension WebhookSource {
    /// Whether deliveries are looked at for the client certificate of their connection.
    package var asksForCertificate: Bool { !certificateRules.isEmpty }

    /// The delivery with what this source says of the client certificate that it came with.
    ///
    /// - Parameter certificate: of the connection; nil for none.
    package func examining(
        _ certificate: ClientCertificate?,
        of delivery: WebhookDelivery
    ) async -> WebhookDelivery {
        guard let certificate else { return delivery }
        var examined = ExaminedCertificate()
        for rule in certificateRules {
            let problem = await rule.rejection(of: certificate, at: delivery.receivedAt)
            examined.add(problem.map(SignatureRejection.refusedCertificate), by: rule)
        }
        return delivery.showing(examined)
    }
}
