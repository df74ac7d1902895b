extension PageView.Form {
    init(_ values: FormValues, sentences: [ProblemSentence], _ catalogue: Catalogue) {
        func problem(_ field: String) -> String? {
            sentences.first { $0.field == field }.map { catalogue[$0.name] }
        }
        let notes = [0: catalogue["lowNote"], 10: catalogue["highNote"]]
        let chosen = values.chosenScore
        nonce = values.nonce.text
        email = values.email
        comment = values.comment
        scores = (0...10).map { PageView.Choice(value: $0, isChosen: $0 == chosen, note: notes[$0]) }
        scoreProblem = problem("score")
        emailProblem = problem("email")
        commentProblem = problem("comment")
    }
}
