/// How addresses spell a choice, those of the pages and those for programs.
extension TallySelection.Choice {
    /// Stands for those that have none.
    package static let absentName = "~"

    /// - Parameter field: as forms send it, too, which leave nothing out; nil and empty are any.
    package init(field: String?) {
        switch field {
        case nil, "": self = .any
        case Self.absentName: self = .absent
        case let name?: self = .named(name)
        }
    }

    /// Empty for any.
    package var field: String {
        switch self {
        case .any: ""
        case .absent: Self.absentName
        case .named(let name): name
        }
    }
}
