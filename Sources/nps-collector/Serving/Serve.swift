import ArgumentParser
import Foundation
import Logging
import NPSApp
import NPSQueue
import NPSServer

/// `serve`: the collector itself.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the survey, accept webhooks and deliver to Planhat, until SIGTERM or SIGINT.",
        discussion: CommandLineSettings.help()
    )

    func run() async throws {
        let environment: SystemdEnvironment
        do { environment = try SystemdEnvironment.take() } catch { throw Stop(.configuration, error.description) }
        do {
            try await serve(environment)
        } catch {
            // A connection that waits at a socket from systemd starts the program again at once.
            if environment.hasSockets { try? await Task.sleep(for: .seconds(1)) }
            throw error
        }
    }

    private func serve(_ environment: SystemdEnvironment) async throws {
        let settings = try await CommandLineSettings.load(requiring: [.planhatToken, .webhookSources, .surveys])
        let output = LogOutput(format: settings.log.format)
        defer { output.flush() }
        settings.bootstrapLogging(to: output)
        let logger = Logger(label: "nps-collector")
        let earlyStop = EarlyStop {
            logger.notice("stopped before the start was complete")
            output.flush()
        }
        if case .file(let path) = settings.queue.store, let problem = Check.problems(ofQueueAt: path).first {
            throw Stop(.configuration, problem)
        }
        let collector: Collector
        do {
            collector = try Collector(
                settings: settings,
                environment: environment,
                logger: logger,
                droppedLogLines: { output.droppedLines }
            )
        } catch let error as SettingsError {
            throw Stop(.configuration, error.description)
        } catch let error as QueueError where error.isFullDisk {
            throw Stop(.unreachable, "The queue can't be opened: its disk is full. Free some space, and start again.")
        } catch let error as QueueError {
            throw Stop(error)
        } catch let error as ServerError {
            throw Stop(error)
        } catch {
            throw Stop(.unreachable, "\(error)")
        }
        do {
            try await collector.run(onStart: { earlyStop.end() }) { failure in
                output.flush()
                guard let failure else { _exit(0) }
                let stop = Stop(running: failure)
                Output.note(stop.message + "\n")
                _exit(stop.code.rawValue)
            }
        } catch {
            output.flush()
            throw Stop(running: error)
        }
    }
}
