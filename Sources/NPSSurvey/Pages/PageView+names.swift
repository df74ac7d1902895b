import NPSPages

// Every property by its name.

extension PageView: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "language": language
        case "direction": direction
        case "title": title
        case "brand": brand
        case "accent": accent
        case "action": action
        case "text": text
        case "summary": summary
        case "earlier": earlier
        case "form": form
        case "notice": notice
        default: nil
        }
    }
}

extension PageView.Accent: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "light": light
        case "dark": dark
        default: nil
        }
    }
}

extension PageView.Summary: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "heading": heading
        case "body": body
        case "problems": problems
        default: nil
        }
    }
}

extension PageView.Problem: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "target": target
        case "sentence": sentence
        default: nil
        }
    }
}

extension PageView.Earlier: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "day": day
        case "sentence": sentence
        default: nil
        }
    }
}

extension PageView.Form: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "nonce": nonce
        case "issued": issued
        case "earlier": earlier
        case "kept": kept
        case "address": address
        case "comment": comment
        case "question": question
        case "variants": variants
        case "scores": scores
        case "scoreProblem": scoreProblem
        case "commentProblem": commentProblem
        default: nil
        }
    }
}

extension PageView.Kept: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "isRemoved": isRemoved
        default: nil
        }
    }
}

extension PageView.Address: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "value": value
        case "problem": problem
        default: nil
        }
    }
}

extension PageView.Variant: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "group": group
        case "sentence": sentence
        default: nil
        }
    }
}

extension PageView.Choice: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "value": value
        case "isChosen": isChosen
        case "note": note
        default: nil
        }
    }
}

extension PageView.Notice: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "heading": heading
        case "body": body
        case "sent": sent
        case "said": said
        case "offer": offer
        case "link": link
        default: nil
        }
    }
}

extension PageView.Sent: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "score": score
        case "sentence": sentence
        default: nil
        }
    }
}

extension PageView.Said: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "sentence": sentence
        case "comment": comment
        default: nil
        }
    }
}

extension PageView.Link: TemplateView {
    func child(named name: String) -> Any? {
        switch name {
        case "address": address
        case "sentence": sentence
        default: nil
        }
    }
}

extension Catalogue: TemplateView {
    func child(named name: String) -> Any? { has(name) ? self[name] : nil }
}
