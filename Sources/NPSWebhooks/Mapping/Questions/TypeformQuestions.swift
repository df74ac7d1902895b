import CJQ

/// The questions of one of Typeform's responses, whose titles stand in the form's definition, apart from the answers.
///
/// Each is an object of `name`, `ref`, `type` and `value`: first those that were answered, whose name is the field's
/// reference and title, then the others, with the title and null. In jq, it takes a hundred times as long to look for each
/// answer's field.
struct TypeformQuestions: ~Copyable {
    /// A field that the definition has, with its number in `ids`, which fields of the same id share.
    private struct Field {
        let value: JQConstant
        let title: JQConstant
        let number: Int
    }

    private let names: Names
    private var questions = JQValue(consuming: jv_array())
    /// In the definition's order, also those within groups.
    private var fields: [Field] = []
    private var ids = JQIndex()
    /// The title of the first field of each number.
    private var titles: [JQConstant] = []
    private var isAnswered: [Bool] = []

    /// - Parameters:
    ///   - response: the `form_response`, which is lent.
    ///   - names: of the same interpreter.
    init(of response: jv, _ names: Names) {
        self.names = names
        let definition = response.member(names.definition.value)
        definition.withValue { collectFields(of: $0, depth: 0) }
        isAnswered = Array(repeating: false, count: ids.count)
        let answers = response.member(names.answers.value)
        answers.withValue { answers in
            _ = answers.forEachElement { appendAnswer($0) }
        }
        for field in fields where !isAnswered[field.number] {
            append(field.value.value, name: jv_copy(field.title.value), value: JQValue(consuming: jv_null()))
        }
    }

    /// As an array.
    var all: JQValue { JQValue(consuming: questions.copy()) }

    /// The objects that have a type and a title, in an array or an object, and the fields of groups among them.
    private mutating func collectFields(of value: jv, depth: Int) {
        guard depth <= JQReader.depthLimit else { return }
        switch value.kind {
        case JV_KIND_ARRAY: _ = value.forEachElement { collectFields(of: $0, depth: depth + 1) }
        case JV_KIND_OBJECT:
            appendField(value)
            for inner in [names.fields, names.properties] {
                let inner = value.member(inner.value)
                inner.withValue { collectFields(of: $0, depth: depth + 1) }
            }
        default: break
        }
    }

    private mutating func appendField(_ field: jv) {
        let title = JQConstant(consuming: field.member(names.title.value).take())
        guard title.value.isText, field.has(names.type.value) else { return }
        let number = ids.add(field.member(names.id.value))
        if number == titles.count { titles.append(title) }
        fields.append(Field(value: JQConstant(consuming: jv_copy(field)), title: title, number: number))
    }

    private mutating func appendAnswer(_ answer: jv) {
        guard answer.kind == JV_KIND_OBJECT else { return }
        let field = answer.member(names.field.value)
        field.withValue { field in
            guard field.kind == JV_KIND_OBJECT || field.kind == JV_KIND_NULL else { return }
            var name = jv_string_append_str(Self.text(of: field.member(names.ref.value)), " ")
            if let number = ids.number(of: field.member(names.id.value)) {
                isAnswered[number] = true
                name = jv_string_concat(name, jv_copy(titles[number].value))
            }
            append(field, name: name, value: answer.member(valueName(of: answer)))
        }
    }

    /// - Parameter name: the reference is consumed.
    private mutating func append(_ field: jv, name: jv, value: consuming JQValue) {
        var question = JQValue(consuming: jv_object())
        question.set(JQValue(consuming: jv_copy(names.name.value)), JQValue(consuming: name))
        question.set(JQValue(consuming: jv_copy(names.ref.value)), field.member(names.ref.value))
        question.set(JQValue(consuming: jv_copy(names.type.value)), field.member(names.type.value))
        question.set(JQValue(consuming: jv_copy(names.value.value)), value)
        questions.append(question)
    }

    /// The name of the member that an answer of this type stands in.
    private func valueName(of answer: jv) -> jv {
        let type = answer.member(names.type.value)
        return type.withValue { type in
            if type.isEqual(to: names.email.value) { return names.email.value }
            return type.isEqual(to: names.text.value) ? names.text.value : names.number.value
        }
    }

    /// A reference as text; empty for null and false.
    private static func text(of ref: consuming JQValue) -> jv {
        let ref = ref.take()
        return switch ref.kind {
        case JV_KIND_NULL, JV_KIND_FALSE: jv_string_empty(0)
        case JV_KIND_STRING: ref
        default: jv_dump_string(ref, 0)
        }
    }
}

extension TypeformQuestions {
    /// The names of members that are looked for, as values of one interpreter.
    final class Names {
        let definition = JQConstant("definition")
        let fields = JQConstant("fields")
        let properties = JQConstant("properties")
        let answers = JQConstant("answers")
        let field = JQConstant("field")
        let id = JQConstant("id")
        let title = JQConstant("title")
        let ref = JQConstant("ref")
        let type = JQConstant("type")
        let name = JQConstant("name")
        let value = JQConstant("value")
        let email = JQConstant("email")
        let text = JQConstant("text")
        let number = JQConstant("number")
    }
}
