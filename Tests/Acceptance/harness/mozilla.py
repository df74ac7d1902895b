"""Mozilla's recommendations for servers, guideline 6.0, in the form that SSLyze reads.

https://ssl-config.mozilla.org/guidelines/6.0.json; SSLyze brings an older one, which also allows DHE.
"""

import json
from pathlib import Path
from typing import Any

SUITES = ("AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256")

INTERMEDIATE: dict[str, Any] = {
    "certificate_curves": ["prime256v1", "secp384r1"],
    "certificate_signatures": [
        "sha256WithRSAEncryption",
        "ecdsa-with-SHA256",
        "ecdsa-with-SHA384",
        "ecdsa-with-SHA512",
    ],
    "certificate_types": ["ecdsa", "rsa"],
    "ciphersuites": [f"TLS_{suite}" for suite in SUITES],
    "ciphers": {
        "iana": [f"TLS_ECDHE_{key}_WITH_{suite}" for key in ("ECDSA", "RSA") for suite in SUITES],
        "openssl": [
            f"ECDHE-{key}-{suite}"
            for key in ("ECDSA", "RSA")
            for suite in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
        ],
        "caddy": [],
        "go": [],
    },
    "dh_param_size": 2048,
    "ecdh_param_size": 256,
    "hsts_min_age": 63_072_000,
    "maximum_certificate_lifespan": 366,
    "ocsp_staple": False,
    "recommended_certificate_lifespan": 90,
    "rsa_key_size": 2048,
    "server_preferred_order": False,
    "tls_curves": ["X25519MLKEM768", "X25519", "prime256v1", "secp384r1"],
    "tls_versions": ["TLSv1.2", "TLSv1.3"],
}
MODERN = INTERMEDIATE | {
    "certificate_signatures": ["ecdsa-with-SHA256", "ecdsa-with-SHA384", "ecdsa-with-SHA512"],
    "certificate_types": ["ecdsa"],
    "ciphers": {"iana": [], "openssl": [], "caddy": [], "go": []},
    "maximum_certificate_lifespan": 90,
    "tls_versions": ["TLSv1.3"],
}
PROFILES = {"intermediate": INTERMEDIATE, "modern": MODERN}


def write_profile(name: str, directory: Path) -> Path:
    path = directory / f"{name}.json"
    path.write_text(json.dumps(PROFILES[name]))
    return path
