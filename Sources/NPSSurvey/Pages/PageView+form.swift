extension PageView.Form {
    init(_ values: FormValues, sentences: [ProblemSentence], isPersonal: Bool, _ catalogue: Catalogue) {
        func problem(_ field: String) -> String? {
            sentences.first { $0.field == field }.map { catalogue[$0.name] }
        }
        let notes = [0: catalogue["lowNote"], 10: catalogue["highNote"]]
        let chosen = values.chosenScore
        nonce = values.nonce.text
        issued = values.issued.isEmpty ? nil : values.issued
        earlier = values.earlierComment?.rawValue
        kept = values.earlierComment == .unknown ? PageView.Kept(isRemoved: values.removesComment) : nil
        address = isPersonal ? nil : PageView.Address(value: values.email, problem: problem("email"))
        comment = values.comment
        scores = (0...10).map { PageView.Choice(value: $0, isChosen: $0 == chosen, note: notes[$0]) }
        scoreProblem = problem("score")
        commentProblem = problem("comment")
    }
}
