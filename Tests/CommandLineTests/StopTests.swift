import Foundation
import NPSApp
import NPSQueue
import NPSServer
import Testing

@testable import nps_collector

@Suite("How the program ends")
struct StopTests {
    @Test(
        "a queue that a person has to do something for ends it with 78, one that passes by itself with 69",
        arguments: [
            (.unsuitableDatabase("x"), .configuration), (.unusableAddress("x"), .configuration),
            (.newerSchema(path: "x"), .configuration), (.database("x"), .unreachable), (.diskFull, .unreachable),
            (.lockedByAnotherProcess(path: "x"), .unreachable),
        ] as [(QueueError, Stop.Code)]
    )
    func queue(error: QueueError, code: Stop.Code) {
        #expect(Stop(error).code == code)
        #expect(Stop(error).message == "\(error)")
    }

    @Test("a wrong admin.token is a mistake in the settings, which says where it was given")
    func wrongToken() {
        let stop = Stop(AdminError.wrongToken(address: "http://127.0.0.1:8081", origin: "environment"))
        #expect(stop.code == .configuration)
        let told = "admin.token (from: environment) isn't that of the collector at http://127.0.0.1:8081:"
        #expect(stop.message.hasPrefix(told))
    }

    private static func cannotListen(_ code: Int32) -> ServerError {
        .cannotListen(address: "x", setting: "y", code: code)
    }

    @Test(
        "a listener that a person has to do something for ends it with 78, one that passes by itself with 69",
        arguments: [
            (cannotListen(EADDRINUSE), .unreachable), (cannotListen(EADDRNOTAVAIL), .unreachable),
            (cannotListen(EMFILE), .unreachable), (.unknownHost(host: "x", setting: "y"), .unreachable),
            (cannotListen(EACCES), .configuration), (cannotListen(ENOENT), .configuration),
            (.noSocket(path: "x"), .configuration), (.cannotGiveToGroup(path: "x", group: 1), .configuration),
        ] as [(ServerError, Stop.Code)]
    )
    func listener(error: ServerError, code: Stop.Code) {
        for stop in [Stop(error), Stop(running: error)] {
            #expect(stop.code == code)
            #expect(stop.message == "\(error)")
        }
    }
}
