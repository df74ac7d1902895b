/// jq functions for every mapping: how the presets for form builders find the address, the score and the comment among the
/// questions of a form that nobody here has seen. One place for these rules, so that all presets agree.
///
/// A wrong score is worse than none: where several questions may be the one and nothing tells them apart, `sole_score` gives
/// all their answers as an array, which no response accepts, and the payload waits in quarantine.
///
/// They are documented for authors of mappings in Sources.md. A mapping may define the same names itself.
enum JQLibrary {
    /// On one line, because the prelude is one.
    static let text = (values + names + choices).joined(separator: " ")

    /// What a value is.
    private static let values = [
        #"def is_blank: . == null or . == "" or . == [];"#,
        #"def is_email: type == "string" and test("^\\s*[^@＠\\s]+[@＠][^@＠\\s]+\\s*$");"#,
        #"def is_score: (type == "number" and . >= 0 and . <= 10)"#
            + #" or (type == "string" and test("^\\s*(?:\\d|10)(?:\\.0+)?\\s*$"));"#,
    ]

    /// What a field's name or a question is about. Anything but text is about nothing.
    private static let names = [
        // `e-mail`, `user_email`, `Email address`, `q3_yourEmail2`, `E-Mail-Adresse`: whole names, not questions, so
        // not long either.
        #"def is_email_name: (strings | select(utf8bytelength <= 200) | ascii_downcase | [scan("[a-z]+")] | join("")"#
            + #" | test("^(?:q|hs|hidden|the|my|your|user|users|account|contact|customer|client|member|person|visitor|participant"#
            + #"|respondent|recipient|subscriber|work|business|company|corporate|primary|main|preferred|adresse?|adres)*"#
            + #"e?mail(?:id|addr|address|adresse?|adres|field|rollup)?$")) // false;"#,
        // Somebody else's address, as in "Whom else should we ask?".
        #"def asks_else: (strings | test("friend|colleague|co-?worker|\\belse\\b|some(?:one|body)|any(?:one|body)"#
            + #"|another|\\brefer|invite|nominat|freund|kolleg|\\bami|coll[eè]gue"; "i")) // false;"#,
        #"def asks_email: is_email_name or ((strings | test("e-?mail|courriel|correo"; "i")) // false) and (asks_else | not);"#,
        #"def asks_why: (strings | test("why|reason|comment|feedback|improve|follow[ _-]?up|warum|grund|pourquoi|raison"#
            + #"|motivo|por ?qu[eé]|perch[eé]|waarom"; "i")) // false;"#,
        #"def asks_recommend: ((strings | test("recommend|nps|net.?promoter|empfehl|recomm?end|recommand"#
            + #"|raccomand|consigli|aanbeve|anbefal|rekommend|polec|お勧め|薦め|推荐|推薦|추천"; "i")) // false)"#
            + " and (asks_why | not);",
        #"def asks_score: asks_recommend or ((strings | test("likely|nps|wahrscheinlich|probab|waarschijnlijk"; "i")) // false)"#
            + " and (asks_why | not);",
    ]

    /// How one of several answers is chosen.
    private static let choices = [
        // Of an array of values: the first that is an address, else the first that is given.
        "def first_given: map(select(is_blank | not))[0];",
        "def first_email: (map(select(is_email))[0]) // first_given;",
        // Of a person's attributes: the values of all that are named like an address.
        "def email_members: objects | to_entries[] | select(.key | is_email_name) | .value;",
        // Of an array of arrays of answers, from the surest kind of question to a guess: the one answer of the first kind
        // that the form has. An unanswered question is no reason to take another one's answer.
        "def sole_score: (map(select(length > 0))[0] // []) | map(select(is_blank | not))"
            + " | if length > 1 and (map(tostring) | unique | length) > 1 then . else .[0] end;",
        // Of questions {name, type, value}: the usual kinds, in their order. `asked` selects the questions that can hold a
        // score by their type, `guessed` those that are taken for one when no name tells.
        "def score_among(asked; guessed): [[.[] | select(asked) | select(.name | asks_recommend) | .value],"
            + " [.[] | select(asked) | select(.name | asks_score) | .value], [.[] | select(guessed) | .value]] | sole_score;",
        "def score_among: score_among(true; .value | is_score);",
        "def email_among: [(.[] | select(.name | is_email_name) | .value),"
            + " (.[] | select(.name | asks_email) | .value),"
            + " (.[] | select((.name | asks_else | not) and (.value | is_email)) | .value)] | first_email;",
        "def comment_among: [.[] | select(.name | asks_why) | .value | strings] | first_given;",
    ]
}
