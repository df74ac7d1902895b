import HTTPTypes
import NIOCore
import NPSPages
import NPSSurvey

extension HTTPAnswer {
    /// A page with all the headers it needs.
    init(_ page: Page, _ status: HTTPResponse.Status) {
        self.init(status, fields: page.headers, body: ByteBuffer(bytes: page.bytes))
        isRendered = page.isRendered
    }

    /// 303 after a form was accepted, so that reloading the page sends nothing again.
    static func seeOther(_ location: String) -> HTTPAnswer {
        HTTPAnswer(.seeOther, fields: [.location: location, .cacheControl: "no-store"])
    }
}
