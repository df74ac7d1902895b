/// Who vouches for a catalogue's sentences, as the file itself says.
enum CatalogueQuality: String, Sendable, CaseIterable {
    /// A person who speaks the language has read every sentence.
    case reviewed
    /// Machine-made, and not read by such a person yet.
    case machine
}
