package import Foundation

/// A Unix socket in the file system, as the settings want it.
package struct UnixSocketFile: Sendable, Hashable {
    package let path: String
    /// Who may connect: the permission bits of its file.
    package let mode: mode_t
    /// Whose group's members may; nil for the process's own group.
    package let group: gid_t?

    /// - Parameter mode: by default its owner and group may connect.
    package init(_ path: String, mode: mode_t = 0o660, group: gid_t? = nil) {
        self.path = path
        self.mode = mode
        self.group = group
    }

    /// The group with this name or number; nil when there is none.
    package static func group(named name: String) -> gid_t? {
        gid_t(name) ?? getgrnam(name)?.pointee.gr_gid
    }
}
