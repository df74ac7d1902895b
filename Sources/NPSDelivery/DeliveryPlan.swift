package import NPSQueue

/// Decides how what was claimed is sent. A value: it knows nothing of sockets or clocks.
package enum DeliveryPlan: Sendable, Equatable {
    /// `POST /nps`: one response that Planhat can't know yet.
    case create(Claim)
    /// `PUT /nps`: by `sourceId`, so that whatever arrived before is matched and not doubled.
    case upsert([Claim])

    /// Attempts after which a response goes alone: it may be what spoils the requests that carry it.
    static let attemptsInCompany = 2

    /// The requests for what was claimed, to be sent one after another.
    ///
    /// A lone new response is created. A backlog, an edit, and whatever was tried before with an unknown outcome go as
    /// an upsert.
    package static func requests(for claims: [Claim]) -> [DeliveryPlan] {
        let company = claims.filter { $0.attempts < attemptsInCompany }
        let loners = claims.filter { $0.attempts >= attemptsInCompany }
        var plans: [DeliveryPlan] = []
        if let first = company.first {
            plans.append(company.count == 1 && !first.mustUpsert ? .create(first) : .upsert(company))
        }
        return plans + loners.map { $0.mustUpsert ? .upsert([$0]) : .create($0) }
    }

    package var claims: [Claim] {
        switch self {
        case .create(let claim): [claim]
        case .upsert(let claims): claims
        }
    }
}
