import Foundation
import Fuzzing
import NPSModel
import NPSWebhooks

/// Maps the input's body as the source does that its address names, `/webhooks/typeform`, or as all of them do. What
/// comes out must be sound.
@main
struct MappingFuzz: FuzzTarget {
    private static let receivedAt = Date(timeIntervalSince1970: 1_614_265_330)

    /// The presets, and two programs that do more than a preset does.
    private static let programs = [
        "anything": """
        timezone: Europe/Berlin
        mapping: |
          .. | objects | {id, email, score, comment, answeredAt, sentAt, campaignId, companyId, custom}
        """,
        "builtins": #"""
        mapping: |
          [.. | strings] as $texts | [.. | numbers] as $numbers
          | ($texts | join(" ")) as $text
          | {
              id: ($text | @base64 | .[0:80]),
              email: first(($texts[] | select(test("^[^@ ]+@[^@ ]+$"))), ($texts[] | (fromjson? | .email?)), null),
              score: first($numbers[], ($texts[] | tonumber?), null),
              comment: ($text | gsub("<[^>]*>"; "") | [splits(" *") | ascii_downcase] | join(" ")),
              sentAt: first(($texts[] | fromdateiso8601? | todate), ($numbers[] | todate?), null),
              answeredAt: first(($texts[] | strptime("%Y-%m-%d %H:%M:%S")? | mktime | todate?), null),
              custom: (to_entries? // [] | map({key: (.key | tostring), value: (.value | tojson)}) | from_entries)
            }
        """#,
    ]

    private let sources: [WebhookSource]

    init() throws {
        sources = try withSourceDirectory(Self.programs) { directory in
            try (SourceCatalogue.presets.map(\.name) + Self.programs.keys.sorted()).map { name in
                guard let source = try SourceCatalogue.trial(named: name, directory: directory) else {
                    throw FuzzFailure("there is no source \(name)")
                }
                return source
            }
        }
    }

    func test(_ input: [UInt8]) throws {
        let message = Message(input)
        let named = sources.filter { message.target.hasSuffix("/" + $0.name) }
        for source in named.isEmpty ? sources : named {
            try map(message.body, contentType: message.value(of: "content-type"), by: source)
        }
    }

    private func map(_ body: [UInt8], contentType: String?, by source: WebhookSource) throws {
        let results = wait {
            (try? await source.map(body, contentType: contentType, receivedAt: Self.receivedAt)) ?? []
        }
        for result in results ?? [] {
            try expectSound(result, receivedAt: Self.receivedAt)
            guard case .failure(let invalid) = result, invalid.problems.contains(where: { $0.field == "mapping" })
            else {
                continue
            }
            _ = wait { await source.mappingFailure(body, contentType: contentType) }
        }
    }
}
