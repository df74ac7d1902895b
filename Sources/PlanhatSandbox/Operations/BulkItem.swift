import NPSModel

/// One item of a bulk request: its keyables, and its properties or what is wrong with them.
struct BulkItem: Sendable {
    let json: JSONValue
    let id: String?
    let sourceID: String?
    let patch: Result<RecordPatch, Rejection>

    init(_ json: JSONValue, objectIDs: Behaviour.ObjectIDCheck) {
        self.json = json
        id = Self.key("_id", of: json)
        sourceID = Self.key("sourceId", of: json)
        do throws(Rejection) {
            patch = .success(try RecordPatch(json, objectIDs: objectIDs))
        } catch {
            patch = .failure(error)
        }
    }

    private static func key(_ name: String, of json: JSONValue) -> String? {
        guard let text = json[name]?.string, !text.isEmpty else { return nil }
        return text
    }
}
