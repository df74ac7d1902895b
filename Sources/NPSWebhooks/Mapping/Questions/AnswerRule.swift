import CJQ
import NPSModel

/// Which questions may be the one that is looked for. In a mapping, it is an object of conditions that must all hold, such
/// as `{type: ["opinion_scale", "rating"], asks: "recommend"}`; Sources.md has them all.
struct AnswerRule {
    private enum Kind {
        /// What a member, mostly the name, is about.
        case asks(Topic)
        /// What its value is.
        case answered(AnswerValue)
        /// A member is one of the values.
        case member
        /// A member is a text that contains one of the texts, which are in small letters, in letters of any case.
        case contains
        /// The only rule doesn't hold.
        case not
        /// One of the rules holds.
        case any
    }

    /// What it refers to is no value of the enumeration's cases, because the leak sanitizer couldn't see it there.
    private struct Condition {
        let kind: Kind
        /// Of the member that is looked at; nil where there is none, or it is the value.
        var name: JQConstant?
        var values: [JQConstant] = []
        var texts: [[UInt8]] = []
        var rules: [AnswerRule] = []
    }

    private var conditions: [Condition] = []
    private let value = JQConstant("value")

    /// - Parameter question: an object of `name`, `type`, `value` and others, which is lent. Anything else has no members.
    func chooses(_ question: jv) -> Bool {
        conditions.allSatisfy { condition in
            let name = condition.name ?? value
            return switch condition.kind {
            case .asks(let topic): member(name, of: question, topic.isAsked)
            case .answered(let answer): member(name, of: question, answer.matches)
            case .member:
                member(name, of: question) { value in condition.values.contains { value.isEqual(to: $0.value) } }
            case .contains:
                member(name, of: question) { value in condition.texts.contains { value.containsInAnyCase($0) } }
            case .not: !condition.rules.contains { $0.chooses(question) }
            case .any: condition.rules.contains { $0.chooses(question) }
            }
        }
    }

    /// The question's value; null where it has none.
    func answer(to question: jv) -> JQValue { question.member(value.value) }

    private func member(_ name: JQConstant, of question: jv, _ isRight: (jv) -> Bool) -> Bool {
        let value = question.member(name.value).take()
        defer { jv_free(value) }
        return isRight(value)
    }
}

extension AnswerRule {
    /// - Parameter rules: an array of objects, which is lent.
    static func rules(_ rules: jv) throws(JQFunction.Failure) -> [AnswerRule] {
        try Self.rules(rules, depth: 1)
    }

    private static func rules(_ rules: jv, depth: Int) throws(JQFunction.Failure) -> [AnswerRule] {
        var list: [AnswerRule] = []
        guard rules.kind == JV_KIND_ARRAY, jv_array_length(jv_copy(rules)) <= countLimit else {
            throw JQFunction.Failure(message: "rules must be an array of at most \(countLimit) objects")
        }
        _ = try rules.forEachElement { rule throws(JQFunction.Failure) in
            list.append(try AnswerRule(rule, depth: depth))
        }
        return list
    }

    /// Each rule looks at each question, in one instruction of jq, which can't be interrupted.
    private static let countLimit = 32
    /// Of the values that a condition names.
    private static let valueLimit = 64
    /// In bytes, of a text to be contained.
    private static let textLimit = 200
    /// Rules within rules.
    private static let depthLimit = 4

    private init(_ rule: jv, depth: Int) throws(JQFunction.Failure) {
        guard rule.kind == JV_KIND_OBJECT else { throw JQFunction.Failure(message: "a rule must be an object") }
        guard depth <= Self.depthLimit else {
            throw JQFunction.Failure(message: "a rule can't have rules more than \(Self.depthLimit) deep")
        }
        try rule.forEachMember { name, value throws(JQFunction.Failure) in
            try conditions.append(Self.condition(name, value, depth: depth))
        }
        // What is told by a type needs no search for words.
        let isSearch: (Condition) -> Bool = { if case .asks = $0.kind { true } else { false } }
        conditions = conditions.filter { !isSearch($0) } + conditions.filter(isSearch)
    }

    private static func condition(_ name: jv, _ value: jv, depth: Int) throws(JQFunction.Failure) -> Condition {
        switch String(name) {
        case "asks":
            let (name, topics) = member(value) ?? (JQConstant("name"), list(value))
            guard topics.count == 1, let topic = Topic(rawValue: String(topics[0].value)) else {
                throw unknown("asks", value)
            }
            return Condition(kind: .asks(topic), name: name)
        case "is":
            guard let answer = AnswerValue(rawValue: String(value)) else { throw unknown("is", value) }
            return Condition(kind: .answered(answer))
        case "contains":
            guard let (name, texts) = member(value), texts.count <= valueLimit, texts.allSatisfy(isSearchable) else {
                throw unknown("contains", value)
            }
            return Condition(kind: .contains, name: name, texts: texts.map { String($0.value).utf8.map(lowered) })
        case "not": return Condition(kind: .not, rules: [try AnswerRule(value, depth: depth + 1)])
        case "any": return Condition(kind: .any, rules: try rules(value, depth: depth + 1))
        default:
            let values = list(value)
            guard values.count <= valueLimit else {
                throw JQFunction.Failure(message: "a rule can't have more than \(valueLimit) values in a condition")
            }
            return Condition(kind: .member, name: JQConstant(consuming: jv_copy(name)), values: values)
        }
    }

    /// What is no text, or an empty one, would be found everywhere.
    private static func isSearchable(_ text: JQConstant) -> Bool {
        text.value.isText && (1...textLimit).contains(String(text.value).utf8.count)
    }

    /// Only ASCII, as in the question that it is looked for in.
    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// The name and the values of the only member of an object; nil for anything else.
    private static func member(_ object: jv) -> (name: JQConstant, values: [JQConstant])? {
        guard object.kind == JV_KIND_OBJECT, jv_object_length(jv_copy(object)) == 1 else { return nil }
        var member: (JQConstant, [JQConstant])?
        object.forEachMember { name, value in member = (JQConstant(consuming: jv_copy(name)), list(value)) }
        return member
    }

    /// The elements of an array, or the one value that is none.
    private static func list(_ value: jv) -> [JQConstant] {
        var list: [JQConstant] = []
        if value.kind == JV_KIND_ARRAY {
            _ = value.forEachElement { list.append(JQConstant(consuming: jv_copy($0))) }
        } else {
            list.append(JQConstant(consuming: jv_copy(value)))
        }
        return list
    }

    private static func unknown(_ name: String, _ value: jv) -> JQFunction.Failure {
        JQFunction.Failure(message: "a rule can't have \(String(value)) as its condition \(name)")
    }
}

/// The rules that programs give as constants, so that each array of them is read once.
struct AnswerRuleCache {
    private static let limit = 32
    private var known: [(source: JQConstant, rules: [AnswerRule])] = []

    /// - Parameter source: an array of rules, which is lent.
    mutating func rules(_ source: jv) throws(JQFunction.Failure) -> [AnswerRule] {
        if let entry = known.first(where: { jv_identical(jv_copy($0.source.value), jv_copy(source)) != 0 }) {
            return entry.rules
        }
        let rules = try AnswerRule.rules(source)
        if known.count == Self.limit { known.removeAll() }
        known.append((JQConstant(consuming: jv_copy(source)), rules))
        return rules
    }
}
