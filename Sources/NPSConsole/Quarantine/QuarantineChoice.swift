package import NPSQueue

/// Which quarantined payloads something is to be done to.
package enum QuarantineChoice: Sendable, Hashable {
    case one(QuarantineID)
    /// All of the source of this label.
    case source(String)
    case all

    /// The names in addresses and forms.
    package static let fields: Set<String> = ["id", "source", "all", "through"]

    /// - Parameter value: of an address or a form, by its name.
    package init?(_ value: (String) -> String?) {
        if let id = value("id") {
            guard let number = Int64(id) else { return nil }
            self = .one(QuarantineID(rawValue: number))
        } else if let source = value("source"), !source.isEmpty {
            self = .source(source)
        } else if value("all") != nil {
            self = .all
        } else {
            return nil
        }
    }

    var field: (name: String, value: String) {
        switch self {
        case .one(let id): ("id", "\(id)")
        case .source(let label): ("source", label)
        case .all: ("all", "1")
        }
    }

    func address(_ path: String, in visit: Visit) -> String {
        let (name, value) = field
        return switch name {
        case "id": visit.address(path, ["id": value])
        case "source": visit.address(path, ["source": value])
        default: visit.address(path, ["all": value])
        }
    }

    /// In words: `Payload 3`, the source's name, or that it is all.
    func name(_ text: Sentences) -> String {
        switch self {
        case .one(let id): text("quarantinePayload", ["id": "\(id)"])
        case .source(let label): text("quarantineOfSource", ["source": label])
        case .all: text["quarantineAll"]
        }
    }
}

/// Where each thing is done.
enum QuarantinePath {
    static let list = Area.quarantine.path
    static let replay = list + "/replay"
    static let discard = list + "/discard"
}
