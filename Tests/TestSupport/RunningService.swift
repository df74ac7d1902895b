import Logging
package import ServiceLifecycle

/// Runs a service while the body runs, and stops it gracefully afterwards, also when the body throws.
///
/// - Parameters:
///   - stopping: is called when the service has been told to stop
///   - body: gets the group, for tests that stop the service themselves
package func withService<Result>(
    _ service: any Service,
    stopping: () -> Void = {},
    _ body: (ServiceGroup) async throws -> Result
) async throws -> Result {
    let group = ServiceGroup(configuration: .init(services: [service], logger: .silent))
    async let running: Void = group.run()
    do {
        let result = try await body(group)
        await group.triggerGracefulShutdown()
        stopping()
        do {
            try await running
        } catch is ServiceGroupError {
            // The service ended by itself before the body did.
        }
        return result
    } catch {
        await group.triggerGracefulShutdown()
        throw error
    }
}
