import NPSModel

extension SQLiteRows {
    func holdsLead() throws -> Bool { true }

    func keptAlerts(of collectors: [String]?) throws -> KeptAlerts {
        let alerts = try statements.fetchAll(KeptAlert.self, KeptAlert.Columns.rows)
        let messages = try statements.fetchAll(KeptMessage.self, KeptMessage.Columns.rows)
        guard let collectors else { return KeptAlerts(alerts: alerts, messages: messages) }
        return KeptAlerts(
            alerts: alerts.filter { collectors.contains($0.key.collector) },
            messages: messages.filter { collectors.contains($0.key.collector) }
        )
    }

    private static let end = Query("DELETE FROM alerts WHERE collector = ? AND alert = ? AND source = ?")
    private static let settlement = Query("DELETE FROM alert_messages WHERE id = ?")

    func write(_ changes: AlertChanges) throws {
        for key in changes.ended { try statements.execute(Self.end, key.collector, key.alert, key.source) }
        for alert in changes.alerts { try statements.execute(KeptAlert.Columns.replacement, values: alert.values) }
        for message in changes.messages {
            try statements.execute(KeptMessage.Columns.insertion, values: message.values)
        }
        for id in changes.settled { try statements.execute(Self.settlement, id) }
    }

    private static let claim = Query(
        "UPDATE alert_messages SET attempts = attempts + 1, claimed_until = ? WHERE id = ? AND attempts = ?"
    )

    func claim(_ message: KeptMessage, until date: Milliseconds) throws -> Bool {
        try statements.execute(Self.claim, date, message.id, message.attempts) == 1
    }

    private static let message = Query(KeptMessage.self, from: "alert_messages WHERE id = ?")
    private static let removals = ["alerts", "alert_messages"].map { Query("DELETE FROM \($0)") }

    func keptMessage(_ id: String) throws -> KeptMessage? {
        try statements.fetchOne(KeptMessage.self, Self.message, id)
    }

    func removeAlerts() throws {
        for query in Self.removals { try statements.execute(query) }
    }

    /// The file is this process's alone.
    func removeAlertsOfGoneCollectors(before date: Milliseconds) throws {}

    func sourceRecords() throws -> [SourceRecord] {
        try statements.fetchAll(SourceRecord.self, SourceRecord.Columns.rows)
    }

    func add(_ records: [SourceRecord]) throws {
        for record in records { try statements.execute(SourceRecord.Columns.addition, values: record.values) }
    }
}

extension KeptAlert: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case collector, alert, source, incident, since, toldAt

        static let selection = allCases.selection
        static let rows = Query(KeptAlert.self, from: "alerts")
        static let replacement = Query(
            "INSERT OR REPLACE INTO alerts (\(selection)) VALUES (\(allCases.placeholders))"
        )
    }

    init(_ row: RowValues<Columns>) throws {
        let (since, toldAt): (Milliseconds, Milliseconds?) = (try row[.since], try row[.toldAt])
        self.init(
            key: AlertKey(try row[.alert], collector: try row[.collector], source: try row[.source]),
            incident: try row[.incident],
            since: since.date,
            toldAt: toldAt?.date
        )
    }

    func value(of column: Columns) -> SQLiteValue {
        switch column {
        case .collector: key.collector.sqliteValue
        case .alert: key.alert.sqliteValue
        case .source: key.source.sqliteValue
        case .incident: incident.sqliteValue
        case .since: Milliseconds(since).sqliteValue
        case .toldAt: toldAt.map { Milliseconds($0) }.sqliteValue
        }
    }
}

extension KeptMessage: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case id, collector, alert, source, event, place, createdAt, attempts, claimedUntil, data

        static let selection = allCases.selection
        static let rows = Query(KeptMessage.self, from: "alert_messages ORDER BY place, id")
        static let insertion = Query(
            "INSERT OR IGNORE INTO alert_messages (\(selection)) VALUES (\(allCases.placeholders))"
        )
    }

    init(_ row: RowValues<Columns>) throws {
        let (createdAt, claimedUntil): (Milliseconds, Milliseconds?) = (try row[.createdAt], try row[.claimedUntil])
        let message = KeptMessage(
            id: try row[.id],
            key: AlertKey(try row[.alert], collector: try row[.collector], source: try row[.source]),
            place: try row[.place],
            event: try row[.event],
            data: try row[.data],
            createdAt: createdAt.date
        )
        self = message.claimed(try row[.attempts], until: claimedUntil?.date)
    }

    func value(of column: Columns) -> SQLiteValue {
        switch column {
        case .id: id.sqliteValue
        case .collector: key.collector.sqliteValue
        case .alert: key.alert.sqliteValue
        case .source: key.source.sqliteValue
        case .event: event.sqliteValue
        case .place: place.sqliteValue
        case .createdAt: Milliseconds(createdAt).sqliteValue
        case .attempts: attempts.sqliteValue
        case .claimedUntil: claimedUntil.map { Milliseconds($0) }.sqliteValue
        case .data: data.sqliteValue
        }
    }
}

extension SourceRecord: RowDecodable, RowEncodable {
    enum Columns: Int, ColumnList {
        case source, deliveries, fruitful, ignored, refused, withoutRoom, lastDeliveryAt, history

        static let selection = allCases.selection
        static let rows = Query(SourceRecord.self, from: "source_activity ORDER BY source")
        static let addition = Query(
            """
            INSERT INTO source_activity (\(selection)) VALUES (\(allCases.placeholders))
            ON CONFLICT (source) DO UPDATE SET deliveries = deliveries + excluded.deliveries,
                fruitful = fruitful + excluded.fruitful, ignored = ignored + excluded.ignored,
                refused = refused + excluded.refused, without_room = without_room + excluded.without_room,
                last_delivery_at = COALESCE(
                    MAX(last_delivery_at, excluded.last_delivery_at), last_delivery_at, excluded.last_delivery_at
                ),
                history = COALESCE(excluded.history, history)
            """
        )
    }

    init(_ row: RowValues<Columns>) throws {
        let lastDeliveryAt: Milliseconds? = try row[.lastDeliveryAt]
        self.init(
            source: try row[.source],
            counts: SourceCounts(
                deliveries: try row[.deliveries],
                fruitful: try row[.fruitful],
                ignored: try row[.ignored],
                refused: try row[.refused],
                withoutRoom: try row[.withoutRoom]
            ),
            lastDeliveryAt: lastDeliveryAt?.date,
            history: try row[.history]
        )
    }

    func value(of column: Columns) -> SQLiteValue {
        switch column {
        case .source: source.sqliteValue
        case .deliveries: counts.deliveries.sqliteValue
        case .fruitful: counts.fruitful.sqliteValue
        case .ignored: counts.ignored.sqliteValue
        case .refused: counts.refused.sqliteValue
        case .withoutRoom: counts.withoutRoom.sqliteValue
        case .lastDeliveryAt: lastDeliveryAt.map { Milliseconds($0) }.sqliteValue
        case .history: history.sqliteValue
        }
    }
}
