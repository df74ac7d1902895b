/// A language of the pages by its BCP 47 tag, such as `en` or `pt-BR`, which is also the name of its catalogue file.
package struct Language: Sendable, Hashable, CustomStringConvertible {
    package static let english = Language("en")

    package let tag: String

    package init(_ tag: String) {
        self.tag = tag
    }

    package var description: String { tag }
}
