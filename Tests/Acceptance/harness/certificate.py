"""Self-signed certificates for this machine."""

import subprocess
from pathlib import Path

NEW_KEY = {"ECDSA": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "RSA": ["rsa:2048"]}


def make_certificate(directory: Path, kind: str) -> tuple[Path, Path]:
    """The files of a new certificate and its private key; `kind` is ECDSA or RSA."""
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    command = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-newkey", *NEW_KEY[kind]]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
