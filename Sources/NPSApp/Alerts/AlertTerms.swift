import Foundation

/// When an alert is sent. Operations has the same as a table, which a test compares.
struct AlertTerms: Sendable, Hashable {
    enum Severity: String, Sendable, Codable {
        /// For whoever is on duty, now.
        case critical
        /// For today.
        case warning
    }

    let severity: Severity
    /// Whether each collector has it by itself. What is true of the whole queue, the one that forwards tells.
    let isOfCollector: Bool
    /// For how long it has to hold until somebody is told.
    let begins: Duration
    /// For how long it has to be over until somebody is told.
    let ends: Duration

    fileprivate static func queue(_ severity: Severity, begins: Int = 0, ends: Int = 0) -> AlertTerms {
        AlertTerms(severity: severity, isOfCollector: false, begins: .seconds(begins), ends: .seconds(ends))
    }

    fileprivate static func collector(_ severity: Severity, begins: Int = 0, ends: Int = 0) -> AlertTerms {
        AlertTerms(severity: severity, isOfCollector: true, begins: .seconds(begins), ends: .seconds(ends))
    }
}

extension AlertKind {
    /// What happens in a moment, such as a refusal, is over when it hasn't happened again for so long. Conditions that look
    /// back by themselves need no time on top.
    var terms: AlertTerms {
        switch self {
        case .notAccepting: .collector(.critical, begins: 20, ends: 20)
        case .deliveryPaused: .queue(.critical, ends: 20)
        case .backlogOld: .queue(.warning, begins: 60, ends: 60)
        case .responsesParked: .queue(.warning, begins: 20, ends: 20)
        case .parkedExpiring: .queue(.critical, begins: 60, ends: 60)
        case .quarantineGrowing: .queue(.warning)
        case .quarantineFull: .queue(.critical, ends: 1_800)
        case .sourceSilent, .sourceOnlyIgnored: .queue(.warning)
        case .sourceRefused: .queue(.warning, begins: 900, ends: 3_600)
        case .diskLow: .collector(.warning, begins: 20, ends: 20)
        case .certificateExpiring: .collector(.warning, begins: 60)
        case .certificateEnds: .collector(.critical, begins: 60)
        case .logLinesDropped: .collector(.warning, ends: 900)
        case .nobodyForwards: .collector(.critical, begins: 60, ends: 60)
        case .unreplicatedPromotion: .collector(.critical, ends: 3_600)
        case .clockNotBelieved: .collector(.warning, begins: 60, ends: 60)
        case .retentionStuck: .collector(.warning, begins: 3_600)
        case .queueRestored: .queue(.warning)
        }
    }

    /// How long an alert holds until somebody is told again.
    static let repetition: Duration = .seconds(86_400)

    /// For how long it is told again, by the clock, in seconds; nil for as long as it holds. That a source rests may be on
    /// purpose, as between two campaigns.
    var lastRepetition: TimeInterval? { self == .sourceSilent ? 7 * 86_400 : nil }
}
