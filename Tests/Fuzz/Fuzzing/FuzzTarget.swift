import CLibFuzzer
import Foundation
import Synchronization

/// # Fuzzing
///
/// What the fuzz targets have in common. A target is one executable with one `@main` type of this protocol. To add one,
/// make a folder for it beside this one, and name it in `Package.swift`; first inputs and a dictionary, if there are
/// any, are `Corpus/NAME/` and `Corpus/NAME.dict`.
package protocol FuzzTarget: Sendable {
    /// Makes once what all inputs are tried on.
    init() throws

    /// Tries one input. A trap, a report of the address sanitizer and an error thrown here are findings.
    func test(_ input: [UInt8]) throws
}

extension FuzzTarget {
    /// Does what libFuzzer's options on the command line say.
    package static func main() throws {
        let target = try Self()
        subject.withLock { $0 = Subject(test: target.test) }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(LLVMFuzzerRunDriver(&count, &arguments, testOneInput))
    }
}

/// In a struct, since a bare closure would be wrapped anew whenever it is read.
private struct Subject: Sendable {
    let test: @Sendable ([UInt8]) throws -> Void
}

/// A C callback can't carry its target with it.
private let subject = Mutex<Subject?>(nil)

/// Under the name that libFuzzer's own `main` looks for, though `main()` above stands in its place.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try subject.withLock { $0 }?.test(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        fatalError("\(error)")
    }
    return 0
}
