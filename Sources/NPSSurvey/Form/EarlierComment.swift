/// What a form that changes an answer shows of the comment given before. It goes out and comes back in a hidden field.
package enum EarlierComment: String, Sendable, Hashable {
    /// It stands in the form: whoever empties the field takes it away.
    case shown
    /// It was delivered, so nobody here knows it, nor whether there is one: it stays unless the person says otherwise.
    case unknown
}
