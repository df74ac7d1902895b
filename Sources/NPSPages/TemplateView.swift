package import Mustache

/// What a template can print by its name.
///
/// Of what doesn't conform the template library finds the stored properties by reflection, which takes longer than all else
/// about a page.
package protocol TemplateView: MustacheParent {
    /// Nil for what isn't there, and for an unknown name.
    func child(named name: String) -> Any?
}
