import HTTPTypes
import NPSPages

/// Renders pages with the template library, which takes milliseconds: ``PreparedPages`` has them rendered once a state.
struct PageRenderer: Sendable {
    let templates: PageTemplates
    let catalogues: Catalogues
    let appearance: Appearance
    var options = PageOptions()

    func page(_ state: PageState, _ values: PageValues) -> Page {
        let html = html(state, values)
        var page = Page(bytes: html, headers: headers(state, policy: policy(for: html)))
        page.isRendered = true
        return page
    }

    func html(_ state: PageState, _ values: PageValues) -> [UInt8] {
        let view = PageView(state, values, catalogues[state.language], appearance, options)
        return Array(templates.render(state.template, view).utf8)
    }

    func policy(for html: [UInt8]) -> ContentSecurityPolicy {
        ContentSecurityPolicy(for: html, frameAncestors: appearance.frameAncestors.value)
    }

    func headers(_ state: PageState, policy: ContentSecurityPolicy) -> HTTPFields {
        Page.headers(language: state.language, policy: policy, isFramed: appearance.frameAncestors != .none)
    }
}
