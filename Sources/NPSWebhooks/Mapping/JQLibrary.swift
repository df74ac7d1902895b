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
        #"def is_email: type == "string" and (utf8bytelength > length or (split("@") | length) == 2) and test("^\\s*[^@＠\\s]+[@＠][^@＠\\s]+\\s*$");"#,
        #"def is_score: (type == "number" and . >= 0 and . <= 10)"#
            + #" or (type == "string" and test("^\\s*(?:\\d|10)(?:\\.0+)?\\s*$"));"#,
    ]

    /// What a field's name or a question is about. Anything but text is about nothing.
    ///
    /// libjq 1.6 compiles a regular expression each time it is used, which takes longer than all else about a mapping. So
    /// short ASCII text is searched for words, and an expression is used where a word's end counts, or letters beyond
    /// ASCII, and for long text, whose letters would be made small one by one.
    private static let names = [
        "def _says($words): ascii_downcase as $text | any($words[]; . as $word | $text | _contains($word));",
        "def _is_plain: utf8bytelength as $bytes | $bytes == length and $bytes <= 500;",
        "def _asks($words; $expression): (strings | if _is_plain then _says($words) else test($expression; \"i\") end) // false;",
        // `e-mail`, `user_email`, `Email address`, `q3_yourEmail2`, `E-Mail-Adresse`: whole names, not questions, so
        // not long either.
        #"def is_email_name: (strings | select(utf8bytelength <= 200) | ascii_downcase"#
            + #" | select(_contains("m") and _contains("a") and _contains("i") and _contains("l"))"#
            + #" | [scan("[a-z]+")] | join("") | select(_contains("mail"))"#
            + #" | test("^(?:q|hs|hidden|the|my|your|user|users|account|contact|customer|client|member|person|visitor|participant"#
            + #"|respondent|recipient|subscriber|work|business|company|corporate|primary|main|preferred|adresse?|adres)*"#
            + #"e?mail(?:id|addr|address|adresse?|adres|field|rollup)?$")) // false;"#,
        // Somebody else's address, as in "Whom else should we ask?".
        #"def asks_else: (strings | select(_is_plain | not) // select(_says(["friend", "coll", "worker", "else", "some","#
            + #" "any", "another", "refer", "invite", "nominat", "freund", "kolleg", "ami"]))"#
            + #" | test("friend|colleague|co-?worker|\\belse\\b|some(?:one|body)|any(?:one|body)"#
            + #"|another|\\brefer|invite|nominat|freund|kolleg|\\bami|coll[eè]gue"; "i")) // false;"#,
        #"def asks_email: is_email_name or (_asks(["email", "e-mail", "courriel", "correo"]; "e-?mail|courriel|correo")"#
            + " and (asks_else | not));",
        #"def asks_why: _asks(["why", "reason", "comment", "feedback", "improve", "followup", "follow up", "follow_up","#
            + #" "follow-up", "warum", "grund", "pourquoi", "raison", "motivo", "porque", "por que", "perche", "waarom"];"#
            + #" "why|reason|comment|feedback|improve|follow[ _-]?up|warum|grund|pourquoi|raison"#
            + #"|motivo|por ?qu[eé]|perch[eé]|waarom");"#,
        #"def asks_recommend: _asks(["recommend", "recomend", "nps", "netpromoter", "net promoter", "net-promoter","#
            + #" "net_promoter", "empfehl", "recommand", "raccomand", "consigli", "aanbeve", "anbefal", "rekommend", "polec"];"#
            + #" "recomm?end|nps|net.?promoter|empfehl|recommand|raccomand|consigli|aanbeve|anbefal|rekommend|polec"#
            + #"|お勧め|薦め|推荐|推薦|추천") and (asks_why | not);"#,
        #"def asks_score: asks_recommend or (_asks(["likely", "nps", "wahrscheinlich", "probab", "waarschijnlijk"];"#
            + #" "likely|nps|wahrscheinlich|probab|waarschijnlijk") and (asks_why | not));"#,
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
