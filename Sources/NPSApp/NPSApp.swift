/// # NPSApp
///
/// Puts the program together: reads the ``Settings``, opens the queue, starts the delivery worker and the listeners in
/// the order in which they need each other, and stops them in reverse.
///
/// Start reading at ``Collector``, which is the verb `serve`. ``AdminClient`` is the other side of its admin listener.
package enum NPSApp {
    /// What `--version` prints.
    package static let version = "1.0.0"
}
