/// Every metric there is, in the order in which the page Metrics of the documentation has them. What isn't in here has no
/// HELP on the metrics page, and a test finds it.
extension Metric {
    static let all: [Metric] = arriving + waiting + delivering + edge + machine

    private static let arriving = [
        accepts, acceptDuration, lastDelivery,
        Metric("nps_webhook_deliveries_total", .counter, "Webhook requests by source and status of the answer."),
        Metric(
            "nps_webhook_secret_matches_total",
            .counter,
            "Webhook requests by which of their source's secrets they are signed with, counted from 1."
        ),
        Metric("nps_webhook_fields_cut_total", .counter, "Fields of accepted responses that were cut or left out."),
        Metric("nps_survey_submissions_total", .counter, "Forms sent to the open survey, by status of the answer."),
        Metric("nps_link_submissions_total", .counter, "Forms sent through personal links, by status of the answer."),
        Metric("nps_responses_unchanged_total", .counter, "Responses that changed nothing, by the reason."),
        quarantineBytes, quarantineEntries, quarantineLimit,
        Metric(
            "nps_quarantine_refused_total",
            .counter,
            "Deliveries refused because their source's part of the quarantine is full."
        ),
    ]

    private static let waiting = [
        ready, queueUp, queueAccepted, queueResponses, queueHeld, queueOldestPending, queueParkedExpiring,
        queueUnconfirmedErasures,
        Metric(
            "nps_queue_commit_duration_seconds",
            .seconds(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            "How long a transaction took that stores what came in, failed ones included."
        ),
        Metric(
            "nps_queue_commit_submissions",
            .counts(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096),
            "How many submissions and payloads a transaction was to store together, failed ones included."
        ),
        queueUncommitted, queueClockTrusted, queueUpgraded, queueRestored, databaseBytes, diskFree, diskSize,
        diskReserve,
        Metric("nps_retention_period_seconds", .gauge, "For how long it is kept, by kind; +Inf for ever."),
        Metric("nps_retention_removed_total", .counter, "What was removed for its age, by kind."),
        Metric(
            "nps_retention_last_sweep_timestamp_seconds",
            .gauge,
            "When everything that was old was last removed without a failure."
        ),
    ]

    private static let delivering = [
        Metric("nps_delivery_total", .counter, "Responses by the outcome of an attempt to deliver them."),
        Metric("nps_delivery_requests_total", .counter, "Requests to Planhat that deliver, by operation and status."),
        Metric(
            "nps_delivery_request_duration_seconds",
            .seconds(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 90),
            "How long a request to Planhat that delivers took, by operation, failed ones included."
        ),
        Metric("nps_delivery_parked_total", .counter, "Responses that were parked, by the kind of reason."),
        Metric("nps_delivery_paused", .gauge, "1 while delivery is paused and a person is needed."),
        deliveryPausedReason, deliveryState,
        Metric("nps_delivery_unlinked_total", .counter, "Records that Planhat linked to no contact and no company."),
        Metric("nps_erasure_requests_total", .counter, "Requests to Planhat that delete a record or look for it."),
        forwarding, unreplicatedPromotions,
    ]

    private static let edge = [
        Metric("nps_edge_refusals_total", .counter, "Requests and connections refused, by listener and cause."),
        Metric("nps_admin_refusals_total", .counter, "Requests that the admin listener let not in, by cause."),
        Metric("nps_edge_connections_open", .gauge, "Open connections by listener."),
        Metric("nps_edge_connections_opened_total", .counter, "Connections opened so far, by listener."),
        Metric("nps_edge_connections_ready_total", .counter, "Connections that got ready, by listener and protocol."),
        Metric("nps_edge_connections_limit", .gauge, "How many connections a listener has open at most."),
        Metric(
            "nps_tls_certificate_expiry_timestamp_seconds",
            .gauge,
            "When a TLS certificate in use, or one of its chain, expires, by its first name."
        ),
    ]

    private static let machine = [
        Metric("nps_alerts_active", .gauge, "Alerts that hold, by name, as far as this collector looks after them."),
        Metric("nps_alert_deliveries_total", .counter, "Messages about alerts that were posted, by what came of it."),
        Metric(
            "nps_alert_oldest_undelivered_seconds",
            .gauge,
            "For how long the message about an alert has waited that has done so longest; 0 when none does."
        ),
        logLinesDropped,
        Metric("nps_build_info", .gauge, "1, with the program's version."),
        processCPU, processResident, processVirtual, processOpenFiles, processMostFiles, processStart,
    ]
}

/// Those that this module names elsewhere.
extension Metric {
    static let accepts = Metric(
        "nps_accepts_total",
        .counter,
        "What came in, by source and outcome: responses accepted, updated or unchanged; deliveries ignored, quarantined or refused."
    )
    static let acceptDuration = Metric(
        "nps_accept_duration_seconds",
        .seconds(0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        "From a request being there in full until what it sent is durable and its answer ready, by route; refusals left out."
    )
    static let lastDelivery = Metric(
        "nps_source_last_delivery_timestamp_seconds",
        .gauge,
        "When the last authentic delivery of a source came; until the first, since when this process has the source."
    )
    static let quarantineBytes = Metric(
        "nps_quarantine_bytes",
        .gauge,
        "Size of what a source has in quarantine; none for one that has nothing there."
    )
    static let quarantineEntries = Metric(
        "nps_quarantine_entries",
        .gauge,
        "Payloads that a source has in quarantine; none for one that has nothing there."
    )
    static let quarantineLimit = Metric("nps_quarantine_limit_bytes", .gauge, "Size of the quarantine for all sources.")

    static let ready = Metric("nps_ready", .gauge, "1 while responses can be stored, as far as is known.")
    static let queueUp = Metric("nps_queue_up", .gauge, "1 if the queue told its figures for this scrape.")
    static let queueAccepted = Metric("nps_queue_accepted_total", .counter, "Responses ever accepted into the queue.")
    static let queueResponses = Metric("nps_queue_responses", .gauge, "Responses in the queue's books by state.")
    static let queueHeld = Metric("nps_queue_held_responses", .gauge, "Pending responses held as a bot's for a while.")
    static let queueOldestPending = Metric(
        "nps_queue_oldest_pending_seconds",
        .gauge,
        "For how long the response has waited that has done so longest; 0 when none does."
    )
    static let queueParkedExpiring = Metric(
        "nps_queue_parked_expiring_responses",
        .gauge,
        "Parked responses that will be erased for their age within a week."
    )
    static let queueUnconfirmedErasures = Metric(
        "nps_queue_unconfirmed_erasures",
        .gauge,
        "Erased responses of which Planhat may still have a record."
    )
    static let queueUncommitted = Metric(
        "nps_queue_uncommitted_submissions",
        .gauge,
        "Submissions in memory that wait for their transaction."
    )
    static let queueClockTrusted = Metric(
        "nps_queue_clock_trusted",
        .gauge,
        "0 while the machine's clock is not believed, because it leapt."
    )
    static let queueUpgraded = Metric(
        "nps_queue_upgraded_ratio",
        .gauge,
        "How much of what an earlier version stored is in this version's form."
    )
    static let queueRestored = Metric(
        "nps_queue_restored_timestamp_seconds",
        .gauge,
        "When it was found that the queue's file was put back from a backup or copied; 0 for never."
    )
    static let databaseBytes = Metric("nps_queue_database_bytes", .gauge, "Size of the queue's database by part.")
    static let diskFree = Metric("nps_queue_disk_free_bytes", .gauge, "Free space on the disk of the queue's file.")
    static let diskSize = Metric("nps_queue_disk_size_bytes", .gauge, "Size of the disk of the queue's file.")
    static let diskReserve = Metric(
        "nps_queue_disk_reserve_bytes",
        .gauge,
        "Free space below which no response is accepted."
    )

    static let deliveryPausedReason = Metric(
        "nps_delivery_paused_reason",
        .gauge,
        "1 for the reason for which delivery is paused, 0 for the others."
    )
    static let deliveryState = Metric(
        "nps_delivery_state",
        .gauge,
        "1 for the state that delivery is in, 0 for the others."
    )
    static let forwarding = Metric(
        "nps_forwarding",
        .gauge,
        "Where several collectors share the queue: 1 on the one that forwards."
    )
    static let unreplicatedPromotions = Metric(
        "nps_unreplicated_promotions_total",
        .counter,
        "How often this collector began to forward from a database that may have lost acknowledged answers."
    )

    static let logLinesDropped = Metric(
        "nps_log_lines_dropped_total",
        .counter,
        "Log lines dropped because they came faster than they could be written, by level."
    )
    static let processCPU = Metric(
        "process_cpu_seconds_total",
        .counter,
        "Total user and system CPU time spent in seconds."
    )
    static let processResident = Metric("process_resident_memory_bytes", .gauge, "Resident memory size in bytes.")
    static let processVirtual = Metric("process_virtual_memory_bytes", .gauge, "Virtual memory size in bytes.")
    static let processOpenFiles = Metric("process_open_fds", .gauge, "Number of open file descriptors.")
    static let processMostFiles = Metric("process_max_fds", .gauge, "Maximum number of open file descriptors.")
    static let processStart = Metric(
        "process_start_time_seconds",
        .gauge,
        "Start time of the process since unix epoch in seconds."
    )
}
