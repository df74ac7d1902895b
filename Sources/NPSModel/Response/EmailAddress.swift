import Foundation

/// An address of a mailbox on the internet: `local@domain` as in RFC 5321 §4.1.2, without the forms that are not used in
/// practice (quoted local parts, comments, domain literals, domains without a dot).
///
/// The local part is kept as it was typed, with plus-tag and capitals; the domain is lower-cased. Two addresses are
/// equal when their local parts and the ASCII forms of their domains are equal.
package struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    /// As it is stored and sent: `Ana+nps@bücher.example`.
    package let address: String
    /// The domain's ASCII form (RFC 5890 A-labels): `xn--bcher-kva.example`.
    package let asciiDomain: String

    package init(_ text: String) throws(FieldProblem) {
        // Length first, so that a megabyte of rubbish costs nothing. RFC 5321 allows 254 octets in the ASCII form; the
        // bound is higher here because spaces are trimmed and the domain may be longer in UTF-8.
        guard text.utf8.count <= 1_024 else { throw Self.problem("is too long: at most 254 characters") }
        let trimmed = Self.trimmed(text)
        guard !trimmed.isEmpty else { throw Self.problem("is missing") }
        guard trimmed.unicodeScalars.allSatisfy(Self.isVisible) else {
            throw Self.problem("contains a space or an invisible character")
        }
        let parts = trimmed.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw Self.problem("needs exactly one @, as in name@example.com") }
        try Self.checkLocal(parts[0])
        let domain = parts[1].lowercased()
        let ascii = try Self.asciiForm(ofDomain: domain)
        guard parts[0].utf8.count + 1 + ascii.utf8.count <= 254 else {
            throw Self.problem("is too long: at most 254 characters")
        }
        address = parts[0] + "@" + domain
        asciiDomain = ascii
    }

    package var description: String { address }

    package static func == (left: EmailAddress, right: EmailAddress) -> Bool {
        left.asciiForm == right.asciiForm
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(asciiForm)
    }

    /// The local part as typed and the domain in its ASCII form: the same for each spelling of an address.
    package var asciiForm: String {
        address.prefix { $0 != "@" } + "@" + asciiDomain
    }
}

extension EmailAddress {
    private static func problem(_ message: String) -> FieldProblem {
        FieldProblem(field: "email", message: message)
    }

    /// Without the spaces around it, in the composed form (NFC), in which equal text has equal bytes. ASCII always is.
    private static func trimmed(_ text: String) -> String {
        let slice = text.trimmingSpaces
        let isASCII = slice.utf8.allSatisfy { $0 < 0x80 }
        return isASCII ? String(slice) : String(slice).precomposedStringWithCanonicalMapping
    }

    /// False for white space, control, format (such as bidi marks), private-use and unassigned characters.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        // The lookup of a scalar's properties is the slowest step of all; ASCII doesn't need it.
        if scalar.isASCII { return (0x21...0x7e).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default:
            true
        }
    }

    /// RFC 5322 §3.2.3 dot-atom, with the characters beyond ASCII that RFC 6531 adds; at most 64 octets.
    private static func checkLocal(_ local: Substring) throws(FieldProblem) {
        guard !local.isEmpty else { throw problem("has nothing before the @") }
        guard local.utf8.count <= 64 else { throw problem("has more than 64 characters before the @") }
        let atoms = local.split(separator: ".", omittingEmptySubsequences: false)
        guard atoms.allSatisfy({ !$0.isEmpty }) else { throw problem("has a misplaced dot before the @") }
        guard atoms.allSatisfy({ $0.unicodeScalars.allSatisfy(isAtomText) }) else {
            throw problem("has a character before the @ that addresses can't have")
        }
        guard let first = local.unicodeScalars.first, !isMark(first) else {
            throw problem("begins with a combining mark")
        }
    }

    private static let atomPunctuation = Set("!#$%&'*+-/=?^_`{|}~".unicodeScalars)

    private static func isAtomText(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return true }
        return isLetterOrDigit(scalar) || atomPunctuation.contains(scalar)
    }

    /// ASCII only.
    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return false }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func asciiForm(ofDomain domain: String) throws(FieldProblem) -> String {
        let wrong = problem("has a domain that can't exist after the @")
        guard !domain.isEmpty else { throw problem("has nothing after the @") }
        // Percent signs and URL delimiters must not reach URLComponents, which would interpret them.
        let plain = domain.unicodeScalars.allSatisfy {
            !$0.isASCII || isLetterOrDigit($0) || $0 == "-" || $0 == "."
        }
        guard plain else { throw wrong }
        let ascii = domain.utf8.allSatisfy { $0 < 0x80 } ? domain : try encoded(domain, orThrow: wrong)
        let labels = ascii.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2 else { throw problem("needs a full domain after the @, as in example.com") }
        guard labels.allSatisfy(isLabel), ascii.utf8.count <= 253 else { throw wrong }
        guard let top = labels.last, !top.utf8.allSatisfy(\.isASCIIDigit) else { throw wrong }
        return ascii
    }

    /// Foundation maps a U-label host to its A-labels (RFC 5891), so no IDNA package is needed.
    private static func encoded(_ domain: String, orThrow wrong: FieldProblem) throws(FieldProblem) -> String {
        var components = URLComponents()
        components.scheme = "https"
        components.host = domain
        guard let host = components.encodedHost?.lowercased(), host.utf8.allSatisfy({ $0 < 0x80 }) else { throw wrong }
        return host
    }

    /// RFC 1035 §2.3.1 with RFC 1123's leading digit: letters, digits and inner hyphens, 1–63 octets.
    private static func isLabel(_ label: Substring) -> Bool {
        guard (1...63).contains(label.utf8.count), label.first != "-", label.last != "-" else { return false }
        return label.utf8.allSatisfy { $0.isASCIILowercase || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }
    }
}
