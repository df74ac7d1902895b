// X509 imports it, and then structures of C count as its own.
import CoreFoundation
import Foundation

extension ListenAddress {
    /// Why no collector could listen there, as far as can be told without doing so; nil when one could. Not that somebody
    /// listens there already, which may be the collector that runs.
    ///
    /// - Parameter setting: the names of the settings that say where it is.
    package func problem(setting: String) -> ServerError? {
        switch self {
        case .hostname(let host, let port): problem(host, port, setting)
        case .unixSocket(let file): UnixSocket.problem(file)
        case .inherited: nil
        }
    }

    private func problem(_ host: String, _ port: Int, _ setting: String) -> ServerError? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_protocol = Int32(IPPROTO_TCP)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found else {
            return .unknownHost(host: host, setting: setting)
        }
        defer { freeaddrinfo(address) }
        let descriptor = socket(address.pointee.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .cannotListen(address: "\(self)", setting: setting, code: errno) }
        defer { close(descriptor) }
        // With it, and without listen(2), nobody else is kept from the address meanwhile.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) != 0, errno != EADDRINUSE else {
            return nil
        }
        return .cannotListen(address: "\(self)", setting: setting, code: errno)
    }
}

extension UnixSocket {
    /// As ``ListenAddress/problem(setting:)``.
    static func problem(_ file: UnixSocketFile) -> ServerError? {
        guard UnixAddress(file.path) != nil else { return failure(file, ENAMETOOLONG) }
        let directory = URL(filePath: file.path).deletingLastPathComponent().path
        // What a start does first.
        let opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { return failure(file, errno) }
        close(opened)
        guard access(directory, W_OK | X_OK) == 0 else { return failure(file, errno) }
        var status = stat()
        if lstat(file.path, &status) == 0, status.st_mode & S_IFMT != S_IFSOCK { return .noSocket(path: file.path) }
        guard let group = file.group, !mayGive(to: group) else { return nil }
        return .cannotGiveToGroup(path: file.path, group: Int(group))
    }

    private static func mayGive(to group: gid_t) -> Bool {
        if geteuid() == 0 || getegid() == group { return true }
        var groups = [gid_t](repeating: 0, count: 65_536)
        let count = getgroups(Int32(groups.count), &groups)
        // Where nobody knows, the start will tell.
        return count < 0 || groups.prefix(Int(count)).contains(group)
    }
}
