/// One key of the configuration: how it is called and explained. ``all`` is the single list of them, from which
/// `--help`, `check`, the search for unknown keys and the README's table follow.
package struct Setting: Sendable, Hashable {
    package enum Form: Sendable, Hashable {
        case text
        case list
    }

    /// Dotted, as in the YAML file: `http.public-url`. A component may be `NAME`, which stands for any name.
    package let key: String
    /// The default as people read it; `none` and `required` are not values.
    package let standard: String
    package let meaning: String
    package let form: Form
    /// May also be given as `KEY-file`, is never printed.
    package let isSecret: Bool

    init(_ key: String, _ standard: String, _ meaning: String, form: Form = .text, isSecret: Bool = false) {
        self.key = key
        self.standard = standard
        self.meaning = meaning
        self.form = form
        self.isSecret = isSecret
    }

    /// `--http-public-url`
    package var option: String {
        "--" + key.replacing(".", with: "-")
    }

    /// `HTTP_PUBLIC_URL`
    package var variable: String {
        key.uppercased().replacing(".", with: "_").replacing("-", with: "_")
    }
}
