import HTTPTypes
import Hummingbird

extension Response {
    /// After an answer, so that a reload sends nothing again (303).
    static func seeOther(_ location: String) -> Response {
        Response(status: .seeOther, headers: [.location: location, .cacheControl: "no-store"])
    }
}
