/// How far ``ResponseQueue/tallyFormer(after:isSparing:onGap:)`` has come.
package struct TallyPosition: Sendable, Hashable {
    /// 0 where all are in one order.
    let state: Int
    let sequence: Int64

    /// Before all.
    static let start = TallyPosition(state: 0, sequence: 0)
}
