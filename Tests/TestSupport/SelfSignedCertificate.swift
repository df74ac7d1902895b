import Foundation

/// A certificate that only its own key vouches for, made by the `openssl` command.
package struct SelfSignedCertificate {
    package struct Failure: Error {
        package let status: Int32
    }

    /// PEM files in the directory.
    package let certificate: String
    package let privateKey: String

    /// Writes `certificate.pem` and `key.pem`, or replaces them; with the host in front of their names where that isn't
    /// `localhost`.
    ///
    /// - Parameters:
    ///   - days: from now until it expires
    ///   - host: whom it is for
    package init(in directory: TemporaryDirectory, days: Int = 1, for host: String = "localhost") throws {
        let prefix = host == "localhost" ? "" : host + "-"
        certificate = directory.path(prefix + "certificate.pem")
        privateKey = directory.path(prefix + "key.pem")
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-subj", "/CN=\(host)", "-addext", "subjectAltName=DNS:\(host)",
            "-days", String(days), "-keyout", privateKey, "-out", certificate,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw Failure(status: openssl.terminationStatus) }
    }
}
