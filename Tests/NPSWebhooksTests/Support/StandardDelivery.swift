import Foundation

@testable import NPSWebhooks

/// The published vector of Standard Webhooks, to be altered one part at a time.
struct StandardDelivery {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    static let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    static let publicKey = "whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g="
    static let asymmetricSignature =
        "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="
    static let signedAt: TimeInterval = 1_614_265_330

    /// Nil for a header that is left out.
    var id: String? = Self.id
    var timestamp: String? = "1614265330"
    var signature: String? = Self.signature
    var body = #"{"test": 2432232314}"#
    var brand = "webhook"
    /// Seconds from signing to arrival.
    var age: TimeInterval = 0
    var surplus: [(String, String)] = []

    var delivery: WebhookDelivery {
        var headers: [(String, String)] = []
        if let id { headers.append((brand + "-id", id)) }
        if let timestamp { headers.append((brand + "-timestamp", timestamp)) }
        if let signature { headers.append((brand + "-signature", signature)) }
        let date = Date(timeIntervalSince1970: Self.signedAt + age)
        return Fixture.delivery(headers + surplus, body: body, at: date)
    }
}
