import Foundation

/// An address of a mailbox on the internet: `local@domain` as in RFC 5321 §4.1.2, without the forms that are not used in
/// practice (quoted local parts, comments, domain literals, domains without a dot).
///
/// What can't be seen at the ends is trimmed, and full-width characters become ASCII. Otherwise the local part is kept as
/// it was typed, with plus-tag and capitals; the domain becomes what it is registered as (UTS #46, in lower case). Two
/// addresses are equal when their local parts and the ASCII forms of their domains are equal.
package struct EmailAddress: Sendable, Hashable, CustomStringConvertible {
    /// As it is stored and sent: `Ana+nps@bücher.example`.
    package let address: String
    /// The domain's ASCII form (RFC 5890 A-labels): `xn--bcher-kva.example`.
    package let asciiDomain: String

    package init(_ text: String) throws(FieldProblem) {
        if let plain = PlainAddress(text) {
            (address, asciiDomain) = (plain.address, plain.domain)
        } else {
            self = try Self(reading: text)
        }
    }

    /// Reads an address of any form.
    init(reading text: String) throws(FieldProblem) {
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
        let (domain, ascii) = try Self.forms(ofDomain: parts[1].lowercased())
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
        // The domain of nearly all is as it is registered.
        if address.utf8.allSatisfy({ $0 < 0x80 }) { return address }
        guard let at = address.utf8.firstIndex(of: UInt8(ascii: "@")) else { return address }
        return address[...at] + asciiDomain
    }
}

extension EmailAddress {
    private static func problem(_ message: String) -> FieldProblem {
        FieldProblem(field: "email", message: message)
    }

    /// Trimmed and folded, in the composed form (NFC), in which equal text has equal bytes. ASCII always is.
    private static func trimmed(_ text: String) -> String {
        let trimmed = text.trimmingInvisible
        guard !trimmed.utf8.allSatisfy({ $0 < 0x80 }) else { return trimmed }
        return trimmed.foldingFullWidth.precomposedStringWithCanonicalMapping
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

    /// The domain as it is sent, and its ASCII form.
    private static func forms(ofDomain domain: String) throws(FieldProblem) -> (sent: String, ascii: String) {
        let wrong = problem("has a domain that can't exist after the @")
        guard !domain.isEmpty else { throw problem("has nothing after the @") }
        // Percent signs and URL delimiters must not reach URLComponents, which would interpret them.
        let plain = domain.unicodeScalars.allSatisfy {
            !$0.isASCII || isLetterOrDigit($0) || $0 == "-" || $0 == "."
        }
        guard plain else { throw wrong }
        let isASCII = domain.utf8.allSatisfy { $0 < 0x80 }
        let ascii = isASCII ? domain : try encoded(domain, orThrow: wrong)
        let labels = ascii.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2 else { throw problem("needs a full domain after the @, as in example.com") }
        guard labels.allSatisfy(isLabel), ascii.utf8.count <= 253 else { throw wrong }
        guard let top = labels.last, !top.utf8.allSatisfy(\.isASCIIDigit) else { throw wrong }
        guard labels.contains(where: { $0.hasPrefix("xn--") }) else { return (ascii, ascii) }
        // Not everything that begins with xn-- stands for a name: it must be what the name it says is encoded as.
        let names = labels.compactMap { $0.hasPrefix("xn--") ? Punycode.decoded($0.dropFirst(4)) : String($0) }
        let name = names.joined(separator: ".")
        guard names.count == labels.count, !name.utf8.allSatisfy({ $0 < 0x80 }),
            try encoded(name, orThrow: wrong) == ascii
        else { throw wrong }
        return (isASCII ? ascii : name, ascii)
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
