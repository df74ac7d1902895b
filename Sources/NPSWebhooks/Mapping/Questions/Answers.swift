import CJQ

/// Answers that may be the one that is looked for, the likeliest first, and how one of them is chosen.
struct Answers: ~Copyable {
    /// Each is a reference of these answers' own.
    private var values: [jv] = []

    deinit {
        for value in values { jv_free(value) }
    }

    /// The elements of an array, or the values of an object's members.
    ///
    /// - Parameter list: is lent, as are all below.
    init(elementsOf list: jv) throws(JQFunction.Failure) {
        try append(elementsOf: list)
    }

    /// The elements of the first of these lists that has any. Null and an empty text count as empty.
    init(soleOf lists: jv) throws(JQFunction.Failure) {
        try Self.elements(of: lists) { list throws(JQFunction.Failure) in
            if values.isEmpty, !AnswerValue.isBlank(list) { try append(elementsOf: list) }
        }
    }

    /// The values of all members that are named like an address; none of what is no object.
    init(emailMembersOf person: jv) {
        guard person.kind == JV_KIND_OBJECT else { return }
        person.forEachMember { name, value in
            if Topic.emailName.isAsked(in: name) { values.append(jv_copy(value)) }
        }
    }

    /// The values of all members of this name, in an object and in whatever is in it, the outer ones first.
    init(membersOf object: jv, named name: jv) {
        guard name.isText else { return }
        append(membersOf: object, named: name, depth: 0)
    }

    /// Not the answers but the questions that the rules choose, rule by rule.
    init(chosenBy rules: [AnswerRule], among questions: jv) {
        for rule in rules {
            _ = questions.forEachElement { question in
                if rule.chooses(question) { values.append(jv_copy(question)) }
            }
        }
    }

    /// The answers to all questions that the rules choose, rule by rule; none where there are no questions.
    init(to rules: [AnswerRule], among questions: jv) {
        for rule in rules { append(to: rule, among: questions) }
    }

    /// The answers to all questions that the first rule chooses which chooses any.
    init(toFirstOf rules: [AnswerRule], among questions: jv) {
        for rule in rules where values.isEmpty { append(to: rule, among: questions) }
    }

    private mutating func append(membersOf value: jv, named name: jv, depth: Int) {
        guard depth <= JQReader.depthLimit else { return }
        if value.has(name) { values.append(value.member(name).take()) }
        _ = value.forEachElement { element in
            if element.kind == JV_KIND_OBJECT || element.kind == JV_KIND_ARRAY {
                append(membersOf: element, named: name, depth: depth + 1)
            }
        }
    }

    private mutating func append(elementsOf list: jv) throws(JQFunction.Failure) {
        try Self.elements(of: list) { element in values.append(jv_copy(element)) }
    }

    private mutating func append(to rule: AnswerRule, among questions: jv) {
        _ = questions.forEachElement { question in
            if rule.chooses(question) { values.append(rule.answer(to: question).take()) }
        }
    }

    private static func elements(
        of list: jv,
        _ body: (jv) throws(JQFunction.Failure) -> Void
    ) throws(JQFunction.Failure) {
        guard try list.forEachElement(body) else {
            throw JQFunction.Failure(message: "Cannot iterate over \(String(cString: jv_kind_name(list.kind)))")
        }
    }
}

extension Answers {
    /// As an array.
    var all: JQValue { Self.array(values) }

    /// The first that isn't blank; null for none.
    var firstGiven: JQValue {
        JQValue(consuming: values.first { !AnswerValue.isBlank($0) }.map(jv_copy) ?? jv_null())
    }

    /// The first that is an address, else the first that isn't blank, so that what is wrong with it is told.
    var firstEmail: JQValue {
        guard let email = values.first(where: AnswerValue.isEmail) else { return firstGiven }
        return JQValue(consuming: jv_copy(email))
    }

    /// The one answer there is, in one or in several places. A wrong score is worse than none: where they differ, all of
    /// them as an array, which no response accepts, and the payload waits in quarantine.
    var sole: JQValue {
        let given = values.filter { !AnswerValue.isBlank($0) }
        guard let first = given.first else { return JQValue(consuming: jv_null()) }
        let isSole = given.dropFirst().allSatisfy { Self.isSameText($0, first) }
        return isSole ? JQValue(consuming: jv_copy(first)) : Self.array(given)
    }

    private static func array(_ values: [jv]) -> JQValue {
        var array = JQValue(consuming: jv_array())
        for value in values { array.append(JQValue(consuming: jv_copy(value))) }
        return array
    }

    /// Whether 9 and `"9"`, which are the same, or both are written alike.
    private static func isSameText(_ left: jv, _ right: jv) -> Bool {
        let texts = [left, right].map { $0.isText ? jv_copy($0) : jv_dump_string(jv_copy($0), 0) }
        return jv_equal(texts[0], texts[1]) != 0
    }
}
