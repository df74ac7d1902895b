import Foundation
import NPSServer

/// What `check` says of the certificates, as their files are now.
struct CertificateCheck {
    private(set) var findings: [String] = []
    private(set) var warnings: [String] = []
    /// Empty as long as one of them can be used, since `serve` starts then.
    private(set) var problems: [String] = []

    /// - Parameter host: of `http.public-url`.
    init(_ files: TLSFiles, host: String, at date: Date) {
        var facts: [CertificateFacts] = []
        for pair in files.pairs {
            do throws(ServerError) {
                let found = try pair.facts()
                facts.append(found)
                findings.append("certificate \(pair.certificate): \(found)")
            } catch {
                problems.append(error.description)
            }
        }
        guard !facts.isEmpty else { return }
        warnings = problems + facts.compactMap { $0.problem(at: date) } + facts.mistakes(host: host)
        problems = []
    }
}
