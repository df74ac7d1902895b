/// A bar for each step of long work that has several.
///
/// The progress is told as what is done of the present step, which the bar wants as differences.
struct StepBars<Step: Equatable> {
    private var step: Step?
    private var bar: ProgressBar?
    private var done = 0

    /// - Parameters:
    ///   - done: of the step; it may begin with more than nothing.
    ///   - unit: what is counted, such as bytes; empty where the title says it.
    mutating func show(_ step: Step, _ title: String, _ done: Int, of total: Int, unit: String = "") {
        if self.step != step {
            finish()
            (self.step, self.done) = (step, 0)
            bar = ProgressBar(title: title, total: total, unit: unit)
        }
        bar?.advance(by: done - self.done)
        self.done = done
    }

    /// Ends the line of the present bar.
    mutating func finish() {
        bar?.finish()
        bar = nil
    }
}
