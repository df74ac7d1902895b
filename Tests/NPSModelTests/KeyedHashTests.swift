import Crypto
import NPSModel
import Testing

@Suite("A keyed hash")
struct KeyedHashTests {
    @Test(
        "has the codes of RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ]
    )
    func vectors(key: [UInt8], text: String, code: String) {
        let hash = KeyedHash(key: SymmetricKey(data: key))
        #expect(Hexadecimal.encode(hash.code(of: Array(text.utf8))) == code)
    }

    @Test("agrees with the library for keys and texts around the length of a block, however often it is used")
    func library() {
        for keyLength in [0, 1, 32, 63, 64, 65, 200] {
            let key = SymmetricKey(data: [UInt8](repeating: 7, count: keyLength))
            let hash = KeyedHash(key: key)
            for length in [0, 1, 55, 56, 63, 64, 65, 128, 1_000] {
                let text = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
                #expect(hash.code(of: text) == Array(HMAC<SHA256>.authenticationCode(for: text, using: key)))
            }
        }
    }
}
