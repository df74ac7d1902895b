/// What an operator sets about the looks of the pages without touching a template.
package struct Appearance: Sendable, Hashable {
    /// The name on top of every page; nil for none.
    package var brand: String?
    /// Nil for the style sheet's own.
    package var accent: Accent?
    package var frameAncestors: FrameAncestors

    package init(brand: String? = nil, accent: Accent? = nil, frameAncestors: FrameAncestors = .none) {
        self.brand = brand
        self.accent = accent
        self.frameAncestors = frameAncestors
    }
}
