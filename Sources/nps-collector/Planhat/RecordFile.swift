import Foundation
import NPSModel

/// Reads records from a file; its ending tells the format.
enum RecordFile {
    enum Failure: Error, CustomStringConvertible {
        case unreadable(UnreadableFile)
        case notJSON(String)
        case notCSV(String, String)
        case unknownEnding(String)

        var description: String {
            switch self {
            case .unreadable(let file): "The file can't be read: \(file)"
            case .notJSON(let path): "The file is not a JSON array of records: \(path)"
            case .notCSV(let path, let why): "The file is not readable as CSV, \(why): \(path)"
            case .unknownEnding(let path): "The file must end in .json, .jsonl or .csv: \(path)"
            }
        }
    }

    static func read(_ path: String) throws(Failure) -> [RecordRow] {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else {
            throw .unreadable(UnreadableFile(at: path))
        }
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "json": return try rows(json: data, path)
        case "jsonl", "ndjson": return rows(lines: text)
        case "csv": return try rows(csv: text, path)
        default: throw .unknownEnding(path)
        }
    }

    private static func rows(json data: Data, _ path: String) throws(Failure) -> [RecordRow] {
        guard case .array(let elements)? = try? JSONValue(parsing: data) else { throw .notJSON(path) }
        return elements.enumerated().map { RecordRow(number: $0 + 1, $1) }
    }

    /// A line is what ends in a line feed: JSON texts may hold every other kind of line break. Rows are lines.
    private static func rows(lines text: String) -> [RecordRow] {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
            .filter { !$1.allSatisfy { [0x20, 0x09, 0x0d].contains($0) } }
            .map { number, line in RecordRow(number: number + 1, (try? JSONValue(parsing: Data(line))) ?? .null) }
    }

    private static func rows(csv text: String, _ path: String) throws(Failure) -> [RecordRow] {
        let lines: [[String]]
        do throws(CSVReader.Failure) { lines = try CSVReader.rows(text) } catch {
            throw .notCSV(path, error.description)
        }
        guard let header = lines.first else { return [] }
        guard Set(header).count == header.count else { throw .notCSV(path, "two columns have the same name") }
        return lines.dropFirst().enumerated().map { number, cells in RecordRow(number: number + 1, header, cells) }
    }
}
