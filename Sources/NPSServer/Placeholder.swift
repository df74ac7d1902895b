import Hummingbird
import HummingbirdTLS
import NIOSSL
enum NPSServerPlaceholder {}
