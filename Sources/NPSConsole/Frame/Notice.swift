package import Foundation
package import NPSPages

/// A page that says one thing: that there is no such page, that something was refused, that somebody has to sign in.
package struct Notice: Sendable, Hashable {
    /// The sentences are `NAMEHeading` and `NAMEBody`.
    let name: String
    /// What the program itself says about it, in English; nil for nothing.
    let detail: String?

    package static let signIn = Notice(name: "signIn", detail: nil)
    package static let managementClosed = Notice(name: "managementClosed", detail: nil)
    package static let tooManyAttempts = Notice(name: "tooManyAttempts", detail: nil)
    package static let foreignOrigin = Notice(name: "foreignOrigin", detail: nil)
    package static let notFound = Notice(name: "notFound", detail: nil)
    /// Something can't be done, for this reason.
    package static func refused(_ detail: String) -> Notice { Notice(name: "refused", detail: detail) }
    /// The queue or another part is in trouble just now.
    package static func failing(_ detail: String) -> Notice { Notice(name: "failing", detail: detail) }
}

extension ConsolePages {
    package func notice(_ notice: Notice, at date: Date, in visit: Visit) -> Page {
        let text = sentences(visit)
        let view = NoticeView(
            heading: text[notice.name + "Heading"],
            body: text[notice.name + "Body"],
            detail: notice.detail,
            link: visit.address("/")
        )
        return page("notice", area: nil, title: view.heading, view, at: date, in: visit)
    }
}

private struct NoticeView: Sendable {
    let heading: String
    let body: String
    let detail: String?
    let link: String
}
