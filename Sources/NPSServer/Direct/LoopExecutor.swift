import NIOCore

/// Runs tasks on a connection's event loop: what an answer needs happens on the thread that has read the request and will
/// write the answer. Only what waits for the disk, or for a mapping, leaves it.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
