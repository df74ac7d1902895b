/// # NPSConsole
///
/// The pages for whoever runs the collector, on the admin listener: what they show, as values, and how it looks. Nothing
/// in this module does input or output; the server gathers the values, checks who asks, and does what is asked for.
package struct ConsolePages: Sendable {
    package init() {}
}
