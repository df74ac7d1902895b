import Logging
import PlanhatAPI
import TestSupport
import Testing

@Suite("Addresses and tokens")
struct EndpointTests {
    private func make(_ url: String, token: String = testToken) async -> PlanhatError? {
        do throws(PlanhatError) {
            let configuration = PlanhatClient.Configuration(baseURL: url, token: token)
            await (try PlanhatClient(configuration: configuration, logger: .silent)).shutdown()
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "the token goes out over https, and in clear only to this machine",
        arguments: [
            "https://api.planhat.com", "https://api-us4.planhat.com/", "HTTPS://api.planhat.com", "https://10.0.0.1/p",
            "http://127.0.0.1:8082", "http://127.8.9.10", "http://localhost:80/x/", "http://LOCALHOST",
            "http://[::1]:8082",
        ]
    )
    func accepted(url: String) async {
        #expect(await make(url) == nil)
    }

    @Test(
        "nowhere else",
        arguments: [
            "http://api.planhat.com", "http://127.0.0.1.example.com", "http://localhost.example.com",
            "http://127.0.0.256",
            "http://127.1", "http://127.0.0.+1", "http://127.0.0.1.", "http://[::2]", "http://0.0.0.0",
            "http://10.0.0.1",
            "http://127.0.0.1@api.example.com", "http://api.example.com#@127.0.0.1",
            "http://127.0.0.1\\@api.example.com",
            "http://127.0.0.1%2eexample.com", "http://localhost%00.example.com", "http://①27.0.0.1",
            "http://[::ffff:7f00:1]",
        ]
    )
    func refused(url: String) async {
        #expect(await make(url)?.disposition == .invalid)
    }

    @Test(
        "what is no address is refused with a sentence",
        arguments: [
            "", " ", "api.planhat.com", "ftp://api.planhat.com", "https://", "https:///nps",
            "https://u:p@api.planhat.com",
            "https://api.planhat.com?x=1", "https://api.planhat.com#x", "https://api planhat.com",
            "https:api.planhat.com",
            "unix:/tmp/x", "https+unix://%2Ftmp%2Fx",
        ]
    )
    func noAddress(url: String) async {
        let error = await make(url)
        #expect(error?.disposition == .invalid)
        #expect(error?.description.hasPrefix("planhat.url must") == true)
    }

    @Test(
        "a token that can't stand in a header is refused",
        arguments: ["", " ", "a b", "a\r\nX-Evil: 1", "tökén", "a\u{7f}"]
    )
    func token(token: String) async {
        let error = await make("https://api.planhat.com", token: token)
        #expect(error?.description == "planhat.token must be printable text without spaces.")
    }
}
