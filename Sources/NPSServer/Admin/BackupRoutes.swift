import Hummingbird
package import NPSQueue

/// Makes a backup of the queue. It goes on whether anybody asks how far it is or not.
struct BackupRoutes {
    let backups: OnlineBackup

    func add(to router: some RouterMethods<CollectorContext>) {
        router.post("queue/backup") { request, _ in try JSONResponse.response(await begin(request)) }
        router.get("queue/backup") { _, _ in try JSONResponse.response(state()) }
    }

    private func state() throws -> BackupState {
        guard let state = backups.state else { throw Problem.notFound }
        return state
    }

    private func begin(_ request: Request) async throws -> BackupState {
        let wanted: BackupRequest = try await request.decodeBody()
        guard let state = backups.begin(to: wanted.file, by: .init(request)) else {
            throw Problem.unmadeBackup("A backup is being made already. Wait until it is done.")
        }
        return state
    }
}

/// Where to write a backup.
package struct BackupRequest: Codable, Sendable, Hashable {
    /// As the collector sees it; a relative path begins in the directory of the queue's file.
    package let file: String

    package init(file: String) {
        self.file = file
    }
}

/// How far a backup is, or how it ended.
package struct BackupState: Codable, Sendable, Hashable {
    /// Counts the backups since the collector's start.
    package let number: Int
    package var progress: BackupProgress?
    /// Once it is done.
    package var report: BackupReport?
    /// Why it failed; nil while it didn't.
    package var problem: String?

    package var isOver: Bool { report != nil || problem != nil }
}
