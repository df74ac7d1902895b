/// The kinds of bodies that a source takes. No signature covers the `Content-Type`, so whoever gets hold of a genuine
/// delivery could have it read as another kind, in which a person's comment may look like fields of its own: a source
/// takes only the kinds that its tool sends.
package enum PayloadKind: String, Sendable, CaseIterable {
    case json
    case form
    case multipart
}
