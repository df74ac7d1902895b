"""Self-signed certificates for this machine."""

import subprocess
from pathlib import Path

NEW_KEY = {"ECDSA": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "RSA": ["rsa:2048"]}


def make_certificate(directory: Path, kind: str, *hosts: str) -> tuple[Path, Path]:
    """The files of a new certificate and its private key; `kind` is ECDSA or RSA. Without hosts it is for this
    machine."""
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    names = ",".join(f"DNS:{host}" for host in hosts) if hosts else "DNS:localhost,IP:127.0.0.1"
    subject = ["-subj", f"/CN={hosts[0] if hosts else 'localhost'}", "-addext", f"subjectAltName={names}"]
    command = ["openssl", "req", "-x509", "-nodes", "-days", "2", *subject, "-newkey", *NEW_KEY[kind]]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
