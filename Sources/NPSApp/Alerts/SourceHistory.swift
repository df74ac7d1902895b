import Foundation
import NPSQueue

/// What a source usually does, as far as it was watched. Times are seconds for which a collector ran and looked, so that
/// neither a machine that was off nor a clock that leaps makes a source silent.
struct SourceHistory: Sendable, Hashable, Codable {
    private static let day = 86_400.0
    private static let week = 7 * day
    /// How many weeks count for what is usual, the present one included.
    private static let weeks = 4
    /// On how many days it has to have delivered until it has anything usual.
    private static let fewestDays = 5
    /// How many deliveries without a response are no accident.
    private static let fewestIgnored = 5

    /// From the first delivery on.
    private(set) var observed = 0.0
    /// Since the last delivery.
    private(set) var quiet = 0.0
    /// On how many days it delivered.
    private(set) var activeDays = 0
    private(set) var lastActiveDay: Int?
    /// The longest time without a delivery of this week and of those before, the present one first.
    private(set) var longestGaps: [Double] = []
    /// Which week of ``observed`` is the first of these.
    private(set) var presentWeek = 0
    /// Deliveries without a response since the last that had one; 0 as long as none had.
    private(set) var ignored = 0
    /// Since the first of these.
    private(set) var ignoredFor = 0.0
    /// Whether any delivery ever had a response in it.
    private(set) var wasFruitful = false
    /// Payloads in quarantine when it was last looked.
    private(set) var quarantined = 0
    /// Since there came to be more of them; nil when none is there any more.
    private(set) var sinceQuarantineGrew: Double?
    /// How many deliveries of the source's record this knows of, and how many of each kind.
    private(set) var seenDeliveries = 0
    private(set) var seenFruitful = 0
    private(set) var seenIgnored = 0

    /// - Parameter quarantined: what is in quarantine already and nobody needs to hear of.
    init(quarantined: Int = 0) {
        self.quarantined = quarantined
    }

    /// Takes note of what came and what didn't.
    ///
    /// - Parameters:
    ///   - seconds: for which it was watched since the last call.
    ///   - counts: of all that ever came.
    ///   - entries: payloads in quarantine; nil when nobody knows.
    ///   - isExpected: whether it is in the settings. For one that isn't no time passes.
    mutating func watch(
        for seconds: Double,
        _ counts: SourceCounts,
        quarantined entries: Int?,
        isExpected: Bool = true
    ) {
        if isExpected, lastActiveDay != nil {
            observed += seconds
            quiet += seconds
        }
        if ignored > 0 { ignoredFor += seconds }
        sinceQuarantineGrew = sinceQuarantineGrew.map { $0 + seconds }
        turnWeeks()
        if counts.deliveries > seenDeliveries { noteDelivery() }
        noteFruits(counts)
        (seenDeliveries, seenFruitful, seenIgnored) = (counts.deliveries, counts.fruitful, counts.ignored)
        guard let entries else { return }
        if entries > quarantined { sinceQuarantineGrew = 0 }
        if entries == 0 { sinceQuarantineGrew = nil }
        quarantined = entries
    }

    private mutating func noteDelivery() {
        // A silence that somebody was told of is no usual gap: it counts as what was still usual.
        let gap = min(quiet, quietLimit ?? .infinity)
        if lastActiveDay != nil {
            if longestGaps.isEmpty { longestGaps = [0] }
            longestGaps[0] = max(longestGaps[0], gap)
        }
        quiet = 0
        let today = Int(observed / Self.day)
        guard lastActiveDay != today else { return }
        activeDays += 1
        lastActiveDay = today
    }

    private mutating func noteFruits(_ counts: SourceCounts) {
        if counts.fruitful > seenFruitful {
            wasFruitful = true
            (ignored, ignoredFor) = (0, 0)
        } else if wasFruitful, counts.ignored > seenIgnored {
            ignored += counts.ignored - seenIgnored
        }
    }

    private mutating func turnWeeks() {
        let week = Int(observed / Self.week)
        // One at a time is enough: it is watched every minute. What was usual before a silence is all that is known.
        guard week > presentWeek, !isSilent else { return }
        presentWeek = week
        longestGaps = Array(([0] + longestGaps).prefix(Self.weeks))
    }

    /// For how long it may be quiet, in seconds: half as long again as its longest gap of the last four weeks and half a day
    /// more, and a day at least. Nil as long as it hasn't delivered on five days of a week or longer: then nothing is usual.
    var quietLimit: Double? {
        guard activeDays >= Self.fewestDays, observed >= Self.week, let longest = longestGaps.max() else { return nil }
        return max(Self.day, 1.5 * longest + Self.day / 2)
    }

    /// Whether nothing has come for much longer than is usual.
    var isSilent: Bool { quietLimit.map { quiet > $0 } ?? false }

    /// Whether all that has come for a day is without a response, although there were some before. What is silent as well
    /// is not told twice.
    var isOnlyIgnored: Bool { ignored >= Self.fewestIgnored && ignoredFor >= Self.day && !isSilent }

    /// Whether more payloads went into quarantine within the last hour, and are there.
    var isQuarantineGrowing: Bool { sinceQuarantineGrew.map { $0 < 3_600 } ?? false }
}

extension SourceHistory {
    /// Nil for a text that no version of this program wrote.
    init?(kept text: String) {
        guard
            let history = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)), history.isPlausible
        else { return nil }
        self = history
    }

    /// Whether it can be counted on from here: a damaged database may hold anything.
    private var isPlausible: Bool {
        let numbers = [activeDays, lastActiveDay ?? 0, presentWeek, ignored, quarantined]
        let counts = [seenDeliveries, seenFruitful, seenIgnored]
        let times = [observed, quiet, ignoredFor, sinceQuarantineGrew ?? 0] + longestGaps
        return (numbers + counts).allSatisfy { (0...Self.most).contains($0) }
            && times.allSatisfy { (0...Double(Self.most)).contains($0) } && longestGaps.count <= Self.weeks
    }

    /// Far more than there ever is.
    private static let most = 1_000_000_000_000

    /// For the queue to keep, in whole seconds.
    var kept: String? {
        var rounded = self
        rounded.observed = observed.rounded()
        rounded.quiet = quiet.rounded()
        rounded.ignoredFor = ignoredFor.rounded()
        rounded.longestGaps = longestGaps.map { $0.rounded() }
        rounded.sinceQuarantineGrew = sinceQuarantineGrew?.rounded()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (try? encoder.encode(rounded)).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// What was refused and what was taken of a source within the last hour, by the minute.
struct RefusalWindow: Sendable, Hashable {
    private struct Part: Hashable {
        var age: Double
        let refused: Int
        let taken: Int
    }

    private static let hour = 3_600.0
    private static let fewest = 5
    /// Five requests in a row are anybody's.
    private static let shortest = 600.0

    private var parts: [Part] = []

    mutating func add(after seconds: Double, refused: Int, taken: Int) {
        for index in parts.indices { parts[index].age += seconds }
        parts.removeAll { $0.age >= Self.hour }
        if refused > 0 || taken > 0 { parts.append(Part(age: 0, refused: refused, taken: taken)) }
    }

    var refused: Int { parts.reduce(0) { $0 + $1.refused } }
    private var taken: Int { parts.reduce(0) { $0 + $1.taken } }

    /// Whether most was refused, and not only for some minutes.
    var isMostRefused: Bool {
        let ages = parts.filter { $0.refused > 0 }.map(\.age)
        guard let first = ages.max(), let last = ages.min(), first - last >= Self.shortest else { return false }
        return refused >= Self.fewest && refused > taken
    }
}
