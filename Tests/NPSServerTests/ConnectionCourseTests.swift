import NIOHTTP1
import Testing

@testable import NPSServer

@Suite("The course of a connection")
struct ConnectionCourseTests {
    @Test("everything counts while nothing ends it")
    func open() {
        var course = ConnectionCourse()
        for isHead in [true, false, false, true, false] {
            #expect(course.arrives(isHead: isHead) == .wanted)
            #expect(course.admits(isHead: isHead) == true)
        }
    }

    @Test("the last request's body is wanted, and what follows it dropped, though it is answered still")
    func last() {
        var course = ConnectionCourse()
        #expect(course.arrives(isHead: true) == .wanted)
        course.passedLast()
        #expect(course.hasLast)
        #expect(course.arrives(isHead: false) == .wanted)
        #expect(course.arrives(isHead: true) == .dropped)
        #expect(course.arrives(isHead: false) == .dropped)
        #expect(course.admits(isHead: true) == true)
        #expect(course.admits(isHead: false) == true)
    }

    @Test("once it is given up what arrives is only counted, and an answer that had begun is written to its end")
    func givenUp() {
        var course = ConnectionCourse()
        #expect(course.admits(isHead: true) == true)
        course.giveUp()
        #expect(course.isOver)
        #expect(course.arrives(isHead: false) == .discarded)
        #expect(course.arrives(isHead: true) == .discarded)
        #expect(course.admits(isHead: false) == true)
        #expect(course.admits(isHead: true) == false)
        #expect(course.admits(isHead: false) == false)
    }

    @Test("what the parser says is told apart, and a client that goes away is refused nothing")
    func parserErrors() {
        #expect(UnroutedRequest(parsing: HTTPParserError.headerOverflow) == .headTooLong)
        #expect(EdgeRefusal(parsing: HTTPParserError.headerOverflow) == .headTooLong)
        #expect(UnroutedRequest(parsing: HTTPParserError.invalidHeaderToken) == .unreadable)
        #expect(EdgeRefusal(parsing: HTTPParserError.invalidHeaderToken) == .unreadable)
        #expect(UnroutedRequest(parsing: HTTPParserError.invalidEOFState) == .unreadable)
        #expect(EdgeRefusal(parsing: HTTPParserError.invalidEOFState) == nil)
        #expect(EdgeRefusal(parsing: HTTPParserError.closedConnection) == nil)
        #expect(UnroutedRequest(parsing: CancellationError()) == nil)
        #expect(EdgeRefusal(parsing: CancellationError()) == nil)
    }
}
