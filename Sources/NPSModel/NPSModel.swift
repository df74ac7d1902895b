/// # NPSModel
///
/// The values that travel through the house and the rules they obey: an address, a score, a response and its
/// permanent id. Nothing here does input or output; everything here can be tested with `#expect` alone.
///
/// Start reading at ``SurveyResponse``; ``ResponseDraft`` is how unchecked input becomes one.
package enum NPSModel {}
