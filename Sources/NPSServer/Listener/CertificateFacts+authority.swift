import Foundation
package import NPSWebhooks

extension SourceCatalogue {
    /// Of the authority that expires first, for each source that asks for client certificates. It has to be renewed in its
    /// last month, however long its life is.
    package var authorityFacts: [CertificateFacts] {
        authorityPeriods.map { label, period in
            CertificateFacts(
                names: ["authority of the webhook \(label)"],
                begins: max(period.lowerBound, period.upperBound.addingTimeInterval(-90 * 86_400)),
                expires: period.upperBound,
                keyType: ""
            )
        }
    }
}
