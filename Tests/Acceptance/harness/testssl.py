"""Debian's testssl.sh."""

import json
import subprocess
from pathlib import Path

SELF_SIGNED = {"cert_chain_of_trust", "cert_trust", "cert_expirationStatus", "cert_notAfter", "OCSP_stapling", "DNS_CAArecord"}
"""What it says of every certificate that a test makes: nobody signed it, it ends in two days, and it has no CAA record."""


def findings(port: int, directory: Path) -> list[str]:
    """Everything of LOW or above, but what is so because the certificate is a test's."""
    report = directory / "testssl.json"
    command = ["testssl", "--severity", "LOW", "--quiet", "--color", "0", "--warnings", "off", "--jsonfile", report]
    subprocess.run([*command, f"localhost:{port}"], check=False, capture_output=True, timeout=1_800, cwd=directory)
    entries = json.loads(report.read_text())
    assert isinstance(entries, list), "testssl.sh reported nothing"
    serious = {"LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL"}
    return [
        f"{entry['severity']} {entry['id']}: {entry['finding']}"
        for entry in entries
        if entry["severity"] in serious and entry["id"] not in SELF_SIGNED
    ]
