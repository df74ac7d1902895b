/// Tells, each hour, whether collectors of other versions may have left something in a database that they share.
struct FormerWatch {
    /// Whether one is there.
    let look: @Sendable () async -> Bool
    let sleep: @Sendable (Duration) async throws -> Void
    /// What was seen in the hour before.
    private var wasThere = true

    private static let untilLook = Duration.seconds(60)
    private static let looksPerHour = 60

    init(sleep: @escaping @Sendable (Duration) async throws -> Void, look: @escaping @Sendable () async -> Bool) {
        self.sleep = sleep
        self.look = look
    }

    /// Returns after an hour in which, or before which, one was there: what it did since the last look is found then, too.
    mutating func untilNext() async throws {
        while true {
            var isThere = false
            for _ in 1...Self.looksPerHour {
                try await sleep(Self.untilLook)
                isThere = await look() || isThere
            }
            let mayHave = isThere || wasThere
            wasThere = isThere
            if mayHave { return }
        }
    }
}
