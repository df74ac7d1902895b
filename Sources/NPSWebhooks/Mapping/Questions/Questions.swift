import CJQ

/// Questions, which ``AnswerRule`` chooses among, made of what a tool calls them.
struct Questions: ~Copyable {
    private var questions = JQValue(consuming: jv_array())

    /// - Parameters:
    ///   - list: an array of objects, or an object of them; what is no object in it is left out. Anything else has no
    ///     questions. It is lent.
    ///   - shape: an object, such as `{name: "label", value: "answer"}`: of each member of a question, by which name it
    ///     stands in the list. It is lent.
    init(of list: jv, shape: jv) throws(JQFunction.Failure) {
        guard shape.kind == JV_KIND_OBJECT else {
            throw JQFunction.Failure(message: "the members of questions must be named in an object")
        }
        let textName = JQConstant("name")
        var names: [(name: JQConstant, source: JQConstant, isText: Bool)] = []
        shape.forEachMember { name, source in
            guard source.isText else { return }
            let isText = name.isEqual(to: textName.value)
            names.append((JQConstant(consuming: jv_copy(name)), JQConstant(consuming: jv_copy(source)), isText))
        }
        _ = list.forEachElement { element in
            guard element.kind == JV_KIND_OBJECT else { return }
            var question = JQValue(consuming: jv_object())
            for (name, source, isText) in names {
                let value = element.member(source.value)
                question.set(JQValue(consuming: jv_copy(name.value)), isText ? Self.text(of: value) : value)
            }
            questions.append(question)
        }
    }

    /// As an array.
    var all: JQValue { JQValue(consuming: questions.copy()) }

    /// A name may be one for each language. Null stays null.
    private static func text(of value: consuming JQValue) -> JQValue {
        let raw = value.take()
        return JQValue(consuming: raw.isText || raw.kind == JV_KIND_NULL ? raw : jv_dump_string(raw, 0))
    }
}
