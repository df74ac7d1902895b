import HTTPTypes
import Hummingbird
import NIOCore
import NPSSurvey

extension Response {
    /// A page with all the headers it needs.
    init(_ page: Page, _ status: HTTPResponse.Status) {
        self.init(status: status, headers: page.headers, body: .init(byteBuffer: ByteBuffer(bytes: page.bytes)))
    }
}

extension Response {
    /// 303 after a form was accepted, so that reloading the page sends nothing again.
    static func seeOther(_ location: String) -> Response {
        Response(status: .seeOther, headers: [.location: location, .cacheControl: "no-store"])
    }
}
