import NPSModel

extension PostgresRows {
    private static let lead = Query(
        """
        SELECT 1 FROM leader WHERE id = 1 AND term = $1::int8 AND incarnation = \(LeaseRow.incarnation) FOR UPDATE
        """
    )

    /// The row stays this transaction's until the commit, so that nobody takes over meanwhile.
    func holdsLead() throws -> Bool {
        guard let term else { return false }
        return try connection.execute(Self.lead, PostgresParameters(term)).count == 1
    }

    private static let alerts = Query(
        """
        SELECT alert, collector, source, incident, since, told_at FROM alerts
        WHERE $1::text[] IS NULL OR collector = ANY($1::text[])
        """
    )
    private static let messages = Query(
        """
        SELECT id, alert, collector, source, place, event, data, created_at, attempts, claimed_until FROM alert_messages
        WHERE $1::text[] IS NULL OR collector = ANY($1::text[]) ORDER BY place, id
        """
    )

    func keptAlerts(of collectors: [String]?) throws -> KeptAlerts {
        var parameters = PostgresParameters()
        parameters.append(collectors)
        let alerts = try connection.execute(Self.alerts, parameters).rows.map { row in
            let (since, toldAt): (Milliseconds, Milliseconds?) = (try row.value(4), try row.optional(5))
            return KeptAlert(
                key: AlertKey(try row.value(0), collector: try row.value(1), source: try row.value(2)),
                incident: try row.value(3),
                since: since.date,
                toldAt: toldAt?.date
            )
        }
        return KeptAlerts(alerts: alerts, messages: try connection.execute(Self.messages, parameters).rows.map(message))
    }

    private func message(_ row: PostgresRow) throws -> KeptMessage {
        let (createdAt, claimedUntil): (Milliseconds, Milliseconds?) = (try row.value(7), try row.optional(9))
        let message = KeptMessage(
            id: try row.value(0),
            key: AlertKey(try row.value(1), collector: try row.value(2), source: try row.value(3)),
            place: try row.value(4),
            event: try row.value(5),
            data: try row.value(6),
            createdAt: createdAt.date
        )
        return message.claimed(try row.value(8), until: claimedUntil?.date)
    }

    private static let end = Query(
        """
        DELETE FROM alerts USING unnest($1::text[], $2::text[], $3::text[]) AS ended(alert, collector, source)
        WHERE alerts.alert = ended.alert AND alerts.collector = ended.collector AND alerts.source = ended.source
        """
    )
    private static let replacement = Query(
        """
        INSERT INTO alerts (alert, collector, source, incident, since, told_at)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int8[], $6::int8[])
        ON CONFLICT (collector, alert, source) DO UPDATE
            SET incident = excluded.incident, since = excluded.since, told_at = excluded.told_at
        """
    )
    private static let insertion = Query(
        """
        INSERT INTO alert_messages (
            id, alert, collector, source, place, event, data, created_at, attempts, claimed_until
        )
        SELECT * FROM unnest(
            $1::text[], $2::text[], $3::text[], $4::text[], $5::int8[], $6::text[], $7::text[], $8::int8[], $9::int8[],
            $10::int8[]
        )
        ON CONFLICT (id) DO NOTHING
        """
    )
    private static let settlement = Query("DELETE FROM alert_messages WHERE id = ANY($1::text[])")

    func write(_ changes: AlertChanges) throws {
        if !changes.ended.isEmpty { try connection.execute(Self.end, Self.parameters(of: changes.ended)) }
        if !changes.alerts.isEmpty {
            var parameters = Self.parameters(of: changes.alerts.map(\.key))
            parameters.append(changes.alerts.map(\.incident))
            parameters.append(changes.alerts.map { Milliseconds($0.since) })
            parameters.append(array: changes.alerts.map { $0.toldAt.map { Milliseconds($0) } })
            try connection.execute(Self.replacement, parameters)
        }
        if !changes.messages.isEmpty { try insert(changes.messages) }
        if !changes.settled.isEmpty { try connection.execute(Self.settlement, PostgresParameters(changes.settled)) }
    }

    private func insert(_ messages: [KeptMessage]) throws {
        var parameters = PostgresParameters(
            messages.map(\.id),
            messages.map(\.key.alert),
            messages.map(\.key.collector),
            messages.map(\.key.source),
            messages.map(\.place),
            messages.map(\.event),
            messages.map(\.data),
            messages.map { Milliseconds($0.createdAt) },
            messages.map(\.attempts)
        )
        parameters.append(array: messages.map { $0.claimedUntil.map { Milliseconds($0) } })
        try connection.execute(Self.insertion, parameters)
    }

    private static func parameters(of keys: [AlertKey]) -> PostgresParameters {
        PostgresParameters(keys.map(\.alert), keys.map(\.collector), keys.map(\.source))
    }

    private static let claim = Query(
        """
        UPDATE alert_messages SET attempts = attempts + 1, claimed_until = $3::int8
        WHERE id = $1::text AND attempts = $2::int8
        """
    )

    func claim(_ message: KeptMessage, until date: Milliseconds) throws -> Bool {
        let parameters = PostgresParameters(message.id, message.attempts, date)
        return try connection.execute(Self.claim, parameters).written == 1
    }

    private static let message = Query(
        """
        SELECT id, alert, collector, source, place, event, data, created_at, attempts, claimed_until FROM alert_messages
        WHERE id = $1::text
        """
    )
    private static let removals = ["alerts", "alert_messages"].map { Query("DELETE FROM \($0)") }

    func keptMessage(_ id: String) throws -> KeptMessage? {
        try connection.execute(Self.message, PostgresParameters(id)).first.map(message)
    }

    func removeAlerts() throws {
        for query in Self.removals { try connection.execute(query) }
    }

    /// A collector that stops isn't in the table until it is back, so that doesn't suffice.
    private static let oldRemovals = [
        ("alerts", "COALESCE(told_at, since)"), ("alert_messages", "created_at"),
    ].map { table, age in
        Query(
            """
            DELETE FROM \(table) WHERE collector <> '' AND \(age) < $1::int8
                AND NOT EXISTS (SELECT 1 FROM collectors WHERE name = collector)
            """
        )
    }

    func removeAlertsOfGoneCollectors(before date: Milliseconds) throws {
        for query in Self.oldRemovals { try connection.execute(query, PostgresParameters(date)) }
    }

    private static let records = Query(
        """
        SELECT source, deliveries, fruitful, ignored, refused, without_room, last_delivery_at, history
        FROM source_activity ORDER BY source
        """
    )

    func sourceRecords() throws -> [SourceRecord] {
        try connection.execute(Self.records).rows.map { row in
            let lastDeliveryAt: Milliseconds? = try row.optional(6)
            return SourceRecord(
                source: try row.value(0),
                counts: SourceCounts(
                    deliveries: try row.value(1),
                    fruitful: try row.value(2),
                    ignored: try row.value(3),
                    refused: try row.value(4),
                    withoutRoom: try row.value(5)
                ),
                lastDeliveryAt: lastDeliveryAt?.date,
                history: try row.optional(7)
            )
        }
    }

    /// In one order for all collectors.
    private static let addition = Query(
        """
        INSERT INTO source_activity AS s (
            source, deliveries, fruitful, ignored, refused, without_room, last_delivery_at, history
        )
        SELECT * FROM unnest(
            $1::text[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::text[]
        ) AS i ORDER BY 1
        ON CONFLICT (source) DO UPDATE SET deliveries = s.deliveries + excluded.deliveries,
            fruitful = s.fruitful + excluded.fruitful, ignored = s.ignored + excluded.ignored,
            refused = s.refused + excluded.refused, without_room = s.without_room + excluded.without_room,
            last_delivery_at = GREATEST(s.last_delivery_at, excluded.last_delivery_at),
            history = COALESCE(excluded.history, s.history)
        """
    )

    func add(_ records: [SourceRecord]) throws {
        guard !records.isEmpty else { return }
        var parameters = PostgresParameters(
            records.map(\.source),
            records.map(\.counts.deliveries),
            records.map(\.counts.fruitful),
            records.map(\.counts.ignored),
            records.map(\.counts.refused),
            records.map(\.counts.withoutRoom)
        )
        parameters.append(array: records.map { $0.lastDeliveryAt.map { Milliseconds($0) } })
        parameters.append(array: records.map(\.history))
        try connection.execute(Self.addition, parameters)
    }
}
