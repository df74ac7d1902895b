import NPSQueue
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
}
