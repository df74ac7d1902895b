import Foundation
import HTTPTypes
import Hummingbird
import NPSModel
import NPSQueue

/// What was counted of the answers, and what operators did. Neither names a person.
struct StatisticsRoutes {
    let queue: ResponseQueue
    let now: @Sendable () -> Date

    func add(to router: some RouterMethods<CollectorContext>) {
        router.get("queue/stats") { request, _ in try JSONResponse.response(await statistics(request)) }
        router.get("queue/tallies") { request, _ in try JSONResponse.response(await tallies(request)) }
        router.get("queue/audit") { request, _ in try JSONResponse.response(await audit(request)) }
    }

    private func statistics(_ request: Request) async throws -> StatisticsReport {
        let selection = try selection(request)
        return StatisticsReport(NPSStatistics(try await counts(of: selection), of: selection), of: selection)
    }

    /// For spreadsheets, in the order of the days.
    private func tallies(_ request: Request) async throws -> [TallyRow] {
        let selection = try selection(request)
        return try await counts(of: selection).filter(selection.holds).map(TallyRow.init)
    }

    private func counts(of selection: TallySelection) async throws -> [TallyCount] {
        do {
            return try await queue.tallies(from: selection.first, through: selection.last)
        } catch {
            throw Problem.failing(error)
        }
    }

    /// About a year up to today, unless the request says otherwise.
    private func selection(_ request: Request) throws -> TallySelection {
        let last = try Self.day(request, "to") ?? Day(now())
        let first = try Self.day(request, "from") ?? TallySelection.year(through: last).lowerBound
        guard first <= last else { throw Problem.badRequest("from must not be later than to.") }
        return TallySelection(
            from: first,
            through: last,
            survey: .init(field: request.query("survey")),
            campaign: .init(field: request.query("campaign")),
            source: request.query("source").flatMap { $0.isEmpty ? nil : $0 }
        )
    }

    private static func day(_ request: Request, _ name: String) throws -> Day? {
        guard let text = request.query(name) else { return nil }
        guard let day = Day(text) else { throw Problem.badRequest("\(name) must be a day such as 2026-01-31.") }
        return day
    }

    private func audit(_ request: Request) async throws -> [AuditEntry] {
        let limit = try QueueRoutes.limit(request)
        let before = request.query("before").flatMap(Int64.init)
        var action: AuditEntry.Action?
        if let text = request.query("action") {
            guard let known = AuditEntry.Action(rawValue: text) else {
                throw Problem.badRequest("There is no such action.")
            }
            action = known
        }
        do {
            return try await queue.audit(action, before: before, limit: limit)
        } catch {
            throw Problem.failing(error)
        }
    }
}
