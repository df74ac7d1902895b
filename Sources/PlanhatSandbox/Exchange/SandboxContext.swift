package import Hummingbird
import NIOCore

/// A request's context that knows its connection, to be able to close it.
package struct SandboxContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
