/// What is said of an alert, in plain English: that it holds, what to do, and that it is over.
struct AlertSentences: Sendable, Hashable {
    let holds: String
    let advice: String
    let ended: String

    private init(_ holds: String, advice: String, ended: String) {
        (self.holds, self.advice, self.ended) = (holds, advice, ended)
    }

    init(_ kind: AlertKind, source: String, collector: String, _ detail: AlertDetail) {
        let reason = detail.reason.map { ": \($0)" } ?? ""
        let count = "\(detail.count ?? 0)"
        let (duration, usual) = (Self.text(detail.duration), Self.text(detail.usual))
        self =
            switch kind {
            case .notAccepting:
                Self(
                    "The collector \(collector) accepts no responses\(reason).",
                    advice:
                        "Ask it why: nps-collector queue status. Make room on a full disk, or bring the database back.",
                    ended: "The collector \(collector) accepts responses again."
                )
            case .deliveryPaused:
                Self(
                    "Delivery to Planhat is paused\(reason). Responses go on being accepted, and wait.",
                    advice:
                        "See nps-collector queue status for what Planhat wants changed; then delivery goes on by itself.",
                    ended: "Delivery to Planhat goes on."
                )
            case .backlogOld:
                Self(
                    "A response has waited for \(duration) to be delivered; \(count) are undelivered.",
                    advice: "See nps-collector queue status: whether delivery is paused, waits, or can't keep up.",
                    ended: "No response waits for more than an hour any more."
                )
            case .responsesParked:
                Self(
                    "\(count) responses are parked: Planhat does not take them.",
                    advice: "See nps-collector queue list --parked for the reasons; mend them, then queue retry --all.",
                    ended: "No response is parked any more."
                )
            case .parkedExpiring:
                Self(
                    "\(count) parked responses are erased within a week, and Planhat has not got them.",
                    advice: "See nps-collector queue list --parked; retry them, or raise queue.parked-retention-days.",
                    ended: "No parked response is about to be erased."
                )
            case .quarantineGrowing:
                Self(
                    "Deliveries of \(source) go into quarantine, where it has \(count) now.",
                    advice: "See nps-collector quarantine list; mend the mapping, then quarantine replay.",
                    ended: "No more deliveries of \(source) go into quarantine."
                )
            case .quarantineFull:
                Self(
                    "The quarantine has no more room for \(source): its deliveries are answered 503.",
                    advice: "Replay or discard what is there, or raise quarantine.max-bytes, before the tool gives up.",
                    ended: "The quarantine has refused nothing of \(source) for half an hour."
                )
            case .sourceSilent:
                Self(
                    "Nothing has come from \(source) for \(duration); usually it is \(usual) at the longest.",
                    advice:
                        "Look at the tool's list of deliveries, and at whether its address and secret are still right.",
                    ended: "\(source) delivers again, or isn't expected to any more."
                )
            case .sourceOnlyIgnored:
                Self(
                    "All that \(source) has sent for \(duration) is ignored: \(count) deliveries without a response.",
                    advice: "Look at what the tool sends: its events or its format may have changed. Try webhook map.",
                    ended: "\(source) delivers responses again, or nothing any more."
                )
            case .sourceRefused:
                Self(
                    "Most of what \(source) sends is refused: \(count) requests within an hour.",
                    advice: "Look at the statuses: 401 is a wrong signature or certificate, 503 trouble at this end.",
                    ended: "What \(source) sends is taken again."
                )
            case .diskLow:
                Self(
                    "The disk of the queue at \(collector) is nearly full. Once it is, no response is accepted.",
                    advice:
                        "Make room: see df, and what else fills the disk. Never remove the queue's file or its -wal.",
                    ended: "The disk of the queue at \(collector) has room again."
                )
            case .certificateExpiring, .certificateEnds:
                Self(
                    detail.duration == 0
                        ? "A certificate of \(collector) has ended: whoever relies on it is turned away."
                        : "A certificate of \(collector) ends in \(duration).",
                    advice: """
                        The admin listener's /readyz says which, and nps-collector check lists all. Renew it; changed files are \
                        taken up within a minute.
                        """,
                    ended: "The certificates of \(collector) are renewed."
                )
            case .logLinesDropped:
                Self(
                    "The log of \(collector) has lost \(count) lines: they come faster than they are read.",
                    advice: "Set log.level to info or warning, and mend whoever reads the log.",
                    ended: "The log of \(collector) has lost no more lines."
                )
            case .nobodyForwards:
                Self(
                    "None of the collectors that share the queue forwards: all accept, nothing is delivered.",
                    advice: "See nps-collector queue status on each; bring back the way to Planhat, or restart one.",
                    ended: "A collector forwards again."
                )
            case .unreplicatedPromotion:
                Self(
                    "Acknowledged answers may be missing: another database server took over that nobody had waited for.",
                    advice: "Have the tools deliver again what they sent in the ten minutes before.",
                    ended: "An hour has passed since another database server took over."
                )
            case .clockNotBelieved:
                Self(
                    "The clock of \(collector) is not believed: it is behind, or far ahead of what the queue has seen.",
                    advice: "Look at timedatectl, and set the clock right. Until then nothing is removed for its age.",
                    ended: "The clock of \(collector) is believed again."
                )
            case .retentionStuck:
                Self(
                    "The collector \(collector) has not removed what is old for hours.",
                    advice: "Look for couldn't be removed in the log, and mend the reason: most often the disk.",
                    ended: "What was old is removed."
                )
            case .queueRestored:
                Self(
                    "The queue's file at \(collector) was put back from a backup, or copied.",
                    advice:
                        "Everything is sent by upsert, which doubles nothing. If nobody did that on purpose, find out who.",
                    ended: "A day has passed since the queue's file was put back."
                )
            }
    }

    /// `3 days`
    private static func text(_ seconds: Double?) -> String {
        let minutes = Int(exactly: ((seconds ?? 0) / 60).rounded(.down)) ?? 0
        switch minutes {
        case ..<120: return "\(minutes) min"
        case ..<2_880: return "\(minutes / 60) hours"
        default: return "\(minutes / 1_440) days"
        }
    }
}
