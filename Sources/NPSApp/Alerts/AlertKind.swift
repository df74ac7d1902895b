/// What a person is told by itself. The raw values are the names of the same alerts in `deploy/prometheus-alerts.yml` and of
/// their paragraphs in Operations; they are labels of a metric, too.
package enum AlertKind: String, Sendable, Hashable, CaseIterable {
    case notAccepting = "NPSNotAccepting"
    case deliveryPaused = "NPSDeliveryPaused"
    case backlogOld = "NPSBacklogOld"
    case responsesParked = "NPSResponsesParked"
    case parkedExpiring = "NPSParkedExpiring"
    case quarantineGrowing = "NPSQuarantineGrowing"
    case quarantineFull = "NPSQuarantineFull"
    case sourceSilent = "NPSSourceSilent"
    case sourceOnlyIgnored = "NPSSourceOnlyIgnored"
    case sourceRefused = "NPSSourceRefused"
    case diskLow = "NPSDiskLow"
    case certificateExpiring = "NPSCertificateExpiring"
    case certificateEnds = "NPSCertificateEnds"
    case logLinesDropped = "NPSLogLinesDropped"
    case nobodyForwards = "NPSNobodyForwards"
    case unreplicatedPromotion = "NPSUnreplicatedPromotion"
    case clockNotBelieved = "NPSClockNotBelieved"
    case retentionStuck = "NPSRetentionStuck"
    case queueRestored = "NPSQueueRestored"
}
