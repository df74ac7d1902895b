import Foundation
import NPSPages

/// What the layout prints around every page.
///
/// The template library finds these properties by reflection, so their names are a contract with the templates.
struct PageFrame<Content: Sendable>: Sendable {
    let language: String
    let direction: String
    let title: String
    /// The navigation, one entry an area that there is a page for.
    let areas: [Place]
    let languages: [Tongue]
    let made: Moment
    /// All sentences by their names.
    let text: [String: String]
    let page: Content

    /// Where a link leads.
    struct Place: Sendable {
        let address: String
        let name: String
        let isCurrent: Bool
    }

    struct Tongue: Sendable {
        let tag: String
        let name: String
        let address: String
    }

    init(
        area: Area?,
        title: String,
        _ content: Content,
        at date: Date,
        in visit: Visit,
        _ catalogue: SentenceCatalogue
    ) {
        let sentences = catalogue[visit.language]
        language = visit.language.tag
        direction = sentences["direction"]
        self.title = title
        areas = Area.allCases.map {
            Place(address: visit.address($0.path), name: sentences[$0.name], isCurrent: $0 == area)
        }
        languages = catalogue.all.filter { $0.language != visit.language }.map {
            Tongue(tag: $0.language.tag, name: $0["ownName"], address: visit.address(in: $0.language))
        }
        made = Moment(date)
        text = sentences.texts
        page = content
    }
}
