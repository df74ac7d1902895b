import NPSServer

/// The sockets that were opened for this process, by the listener that is to have them.
struct ListenerSockets: Sendable {
    /// As `FileDescriptorName=` in a socket unit has it.
    enum Name: String, Sendable, CaseIterable {
        case `public`
        case redirect
        case admin
    }

    private var sockets: [Name: [InheritedSocket]] = [:]

    /// One socket without a name is the public listener's.
    ///
    /// - Throws: every problem at once.
    init(_ passed: [SystemdEnvironment.Passed]) throws(SettingsError) {
        var problems: [String] = []
        for socket in passed {
            let isOnly = passed.count == 1 && ["", "unknown"].contains(socket.name)
            guard let name = isOnly ? Name.public : Name(rawValue: socket.name) else {
                problems.append(
                    """
                    A socket that this process was given is called "\(socket.name)": in its socket unit, set \
                    FileDescriptorName= to public, redirect or admin.
                    """
                )
                continue
            }
            do throws(ServerError) {
                let inherited = try InheritedSocket(socket.descriptor, name: name.rawValue)
                if name == .admin, inherited.isUnixSocket {
                    problems.append(
                        """
                        The verbs can't reach the admin listener by a Unix socket: in its socket unit, use ListenStream= \
                        with an address and a port.
                        """
                    )
                }
                sockets[name, default: []].append(inherited)
            } catch {
                problems.append(error.description)
            }
        }
        guard problems.isEmpty else { throw SettingsError(problems) }
    }

    subscript(name: Name) -> [InheritedSocket] { sockets[name] ?? [] }

    /// Where a listener's connections come in: at its sockets, and at the address in the settings only without any.
    func addresses(_ name: Name, or address: ListenAddress) -> [ListenAddress] {
        self[name].isEmpty ? [address] : self[name].map(ListenAddress.inherited)
    }
}
