import Testing

@testable import NPSServer

@Suite("A connection's turn to be answered")
struct AnswerTurnTests {
    /// Writes so many answers, and returns after how many others get their turn.
    private func write(_ count: Int, in turn: inout AnswerTurn) -> [Int] {
        (1...count).filter { _ in
            turn.beginWriting()
            return turn.endWriting()
        }
    }

    @Test("ends after so many answers, and comes again")
    func turns() {
        var turn = AnswerTurn()
        #expect(write(AnswerTurn.most, in: &turn) == [AnswerTurn.most])
        #expect(turn.isHeldUp)
        // More of the same read doesn't bring it back.
        turn.readCompleted()
        #expect(turn.isHeldUp)
        turn.resume()
        #expect(!turn.isHeldUp)
        #expect(write(AnswerTurn.most - 1, in: &turn) == [])
    }

    @Test("is a new one with each read, and after an answer that took its time")
    func newTurns() {
        var turn = AnswerTurn()
        #expect(write(AnswerTurn.most - 1, in: &turn) == [])
        turn.readCompleted()
        #expect(write(AnswerTurn.most - 1, in: &turn) == [])
        turn.beginMaking()
        #expect(turn.isHeldUp)
        turn.endMaking()
        #expect(!turn.isHeldUp)
        #expect(write(AnswerTurn.most - 1, in: &turn) == [])
    }

    @Test("waits until the socket has taken all that was flushed")
    func blocking() {
        var turn = AnswerTurn()
        #expect(turn.beginFlush() == false)
        #expect(write(2, in: &turn) == [])
        #expect(!turn.isHeldUp)
        #expect(turn.beginFlush() == true)
        turn.flushed()
        #expect(turn.isHeldUp)
        #expect(turn.beginFlush() == false)
        #expect(turn.taken() == false)
        #expect(turn.taken() == true)
        #expect(!turn.isHeldUp)
    }

    @Test("goes on at once when the socket takes all with the flush")
    func takenAtOnce() {
        var turn = AnswerTurn()
        #expect(write(2, in: &turn) == [])
        #expect(turn.beginFlush() == true)
        #expect(turn.taken() == false)
        #expect(turn.taken() == false)
        turn.flushed()
        #expect(!turn.isHeldUp)
    }
}
