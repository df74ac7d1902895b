/// How many there are of something, as a list of facts or a row of a table prints it.
struct NamedCount: Sendable, Hashable {
    let name: String
    let count: String
}
