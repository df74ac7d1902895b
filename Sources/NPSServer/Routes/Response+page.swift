import HTTPTypes
import Hummingbird
import NIOCore
import NPSSurvey

extension Response {
    /// A page with all the headers it needs.
    init(_ page: Page, _ status: HTTPResponse.Status) {
        self.init(status: status, body: .init(byteBuffer: ByteBuffer(string: page.html)))
        for (name, value) in page.fields { headers[name] = value }
    }
}

extension Page {
    /// ``headers`` with the names as the server needs them.
    var fields: [(name: HTTPField.Name, value: String)] {
        headers.compactMap { header in HTTPField.Name(header.name).map { ($0, header.value) } }
    }
}

extension Response {
    /// 303 after a form was accepted, so that reloading the page sends nothing again.
    static func seeOther(_ location: String) -> Response {
        Response(status: .seeOther, headers: [.location: location, .cacheControl: "no-store"])
    }
}
