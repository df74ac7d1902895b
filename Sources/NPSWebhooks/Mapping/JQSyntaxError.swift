/// Why a text is no jq program, in jq's own words.
struct JQSyntaxError: Error, Hashable {
    struct Flaw: Hashable {
        /// In the program, from 1; nil where jq doesn't know.
        let line: Int?
        let message: String
    }

    let flaws: [Flaw]
}
