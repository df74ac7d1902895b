// swift-tools-version: 6.2

import PackageDescription

/// Responses come in through NPSSurvey and NPSWebhooks, wait in NPSQueue and leave through NPSDelivery and PlanhatAPI.
/// Each external package has one module that imports it wherever that is possible; README.md has the picture.
let package = Package(
    name: "nps-collector",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "nps-collector", targets: ["nps-collector"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(
            url: "https://github.com/apple/swift-configuration",
            from: "1.4.0",
            traits: ["YAML", "CommandLineArguments"]
        ),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "nps-collector",
            dependencies: [
                "NPSApp", "NPSDelivery", "NPSModel", "NPSPages", "NPSQueue", "NPSServer", "NPSSurvey", "NPSWebhooks",
                "PlanhatAPI",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            // What the loader reads stays in memory: 7 MB as the default linker writes it, next to nothing in this form,
            // which needs glibc 2.36 (Debian 12). With "now" the table of functions of other libraries is read-only.
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs",
                        "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z", "-Xlinker", "now",
                    ],
                    .when(platforms: [.linux], configuration: .release)
                )
            ]
        ),
        .target(
            name: "NPSApp",
            dependencies: [
                "NPSModel", "NPSSurvey", "NPSWebhooks", "NPSQueue", "NPSConsole", "PlanhatAPI", "NPSDelivery",
                "NPSServer", "PlanhatSandbox",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .target(
            name: "NPSServer",
            dependencies: [
                "NPSModel", "NPSPages", "NPSSurvey", "NPSWebhooks", "NPSQueue", "NPSConsole",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ]
        ),
        .target(
            name: "NPSDelivery",
            dependencies: [
                "NPSModel", "NPSQueue", "PlanhatAPI",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(
            name: "PlanhatSandbox",
            dependencies: [
                "NPSModel",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(
            name: "NPSSurvey",
            dependencies: [
                "NPSModel", "NPSPages",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Yams", package: "Yams"),
            ],
            exclude: ["public/console"],
            resources: [.embedInCode("public")]
        ),
        .target(
            name: "NPSConsole",
            dependencies: [
                "NPSModel", "NPSPages", "NPSQueue",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            resources: [.embedInCode("console")]
        ),
        .target(
            name: "NPSPages",
            dependencies: [
                "NPSModel",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Mustache", package: "swift-mustache"),
            ]
        ),
        .target(
            name: "NPSWebhooks",
            dependencies: [
                "CJQ", "NPSModel",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.embedInCode("Presets")]
        ),
        .target(
            name: "NPSQueue",
            dependencies: [
                "CLinux", "CPostgres", "NPSModel",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "PlanhatAPI",
            dependencies: [
                "NPSModel",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .target(
            name: "NPSModel",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto")
            ]
        ),
        .systemLibrary(name: "CJQ"),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CPostgres"),

        .target(
            name: "TestSupport",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            path: "Tests/TestSupport"
        ),
        .target(
            name: "StubAPI",
            dependencies: [
                "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Tests/StubAPI"
        ),
        .testTarget(name: "NPSModelTests", dependencies: ["NPSModel"]),
        .testTarget(
            name: "NPSSurveyTests",
            dependencies: [
                "NPSModel", "NPSPages", "NPSSurvey", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]
        ),
        .testTarget(
            name: "NPSConsoleTests",
            dependencies: [
                "NPSConsole", "NPSModel", "NPSPages", "NPSQueue", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]
        ),
        .testTarget(name: "NPSPagesTests", dependencies: ["NPSPages"]),
        .testTarget(
            name: "NPSWebhooksTests",
            dependencies: [
                "NPSModel", "NPSWebhooks", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ]
        ),
        .testTarget(
            name: "NPSQueueTests",
            dependencies: [
                "NPSModel", "NPSQueue", "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.copy("Fixtures")]
        ),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "nps-collector", "NPSApp", "NPSModel", "NPSPages", "NPSQueue", "NPSServer", "NPSSurvey", "PlanhatAPI",
                "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .testTarget(
            name: "PlanhatAPITests",
            dependencies: [
                "NPSModel", "PlanhatAPI", "StubAPI", "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .testTarget(
            name: "PlanhatSandboxTests",
            dependencies: [
                "NPSModel", "PlanhatSandbox", "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "NPSDeliveryTests",
            dependencies: [
                "NPSModel", "NPSQueue", "PlanhatAPI", "NPSDelivery", "PlanhatSandbox", "StubAPI", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "NPSServerTests",
            dependencies: [
                "NPSConsole", "NPSModel", "NPSPages", "NPSSurvey", "NPSWebhooks", "NPSQueue", "NPSServer",
                "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "NPSAppTests",
            dependencies: [
                "NPSApp", "NPSModel", "NPSPages", "NPSQueue", "NPSServer", "NPSSurvey", "NPSWebhooks", "PlanhatAPI",
                "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

/// `deploy/fuzz` sets NPS_FUZZ. Only then are there fuzz targets, and the modules that they test are built so that
/// libFuzzer sees which paths an input takes. Anything else in the process would be noise to it.
if Context.environment["NPS_FUZZ"] == "1" {
    let watched = [SwiftSetting.unsafeFlags(["-sanitize=address,fuzzer"])]
    for target in package.targets where ["NPSModel", "NPSPages", "NPSSurvey", "NPSWebhooks"].contains(target.name) {
        target.swiftSettings = watched
    }
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
        .target(name: "Fuzzing", dependencies: ["CLibFuzzer", "NPSModel"], path: "Tests/Fuzz/Fuzzing"),
    ]
    for name in ["SignatureFuzz", "BodyFuzz", "MappingFuzz"] {
        package.targets.append(
            .executableTarget(
                name: name,
                dependencies: ["Fuzzing", "NPSModel", "NPSSurvey", "NPSWebhooks"],
                path: "Tests/Fuzz/\(name)",
                swiftSettings: watched,
                linkerSettings: [.unsafeFlags(["-sanitize=address,fuzzer"])]
            )
        )
    }
}

/// `deploy/test` sets NPS_STRICT, so that a newer compiler's new warning never stops somebody's `deploy/run`.
let strict = Context.environment["NPS_STRICT"] == "1"
let symbolGraphFlags = [
    "-emit-symbol-graph", "-emit-symbol-graph-dir", Context.packageDirectory + "/.build/symbol-graphs",
    "-symbol-graph-minimum-access-level", "internal",
]

for target in package.targets where target.type != .system {
    var settings = target.swiftSettings ?? []
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    settings.append(.enableUpcomingFeature("InternalImportsByDefault"))
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    settings.append(.enableUpcomingFeature("MemberImportVisibility"))
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    settings.append(.enableUpcomingFeature("ExistentialAny"))
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    settings.append(.enableUpcomingFeature("NonisolatedNonsendingByDefault"))
    if strict {
        settings.append(.treatAllWarnings(as: .error))
        // Only the compiler knows what a symbol graph needs that `deploy/test docs` checks: an extractor that reads the
        // module later leaves out every symbol with a type from a package import.
        settings.append(.unsafeFlags(symbolGraphFlags))
    }
    target.swiftSettings = settings
}
