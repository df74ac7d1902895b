import Testing

@testable import NPSQueue

@Suite("The loading of libpq")
struct LibpqTests {
    @Test(
        "a library that isn't there, or isn't libpq, is told by its name and what to install",
        arguments: ["libpq-nowhere.so.5", "libc.so.6"]
    )
    func missing(file: String) throws {
        let error = #expect(throws: QueueError.self) { _ = try Libpq.load(file) }
        guard case .missingLibrary(let what) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(what.contains(file) && error?.description.contains("apt install libpq5") == true)
    }

    @Test("libpq is loaded")
    func presence() throws {
        _ = try Libpq.load("libpq.so.5")
    }
}
