"""Debian's testssl.sh."""

import json
import subprocess
from pathlib import Path

OF_THE_CERTIFICATE = {
    "cert_chain_of_trust",
    "cert_expirationStatus",
    "cert_notAfter",
    "cert_revocation",
    "DNS_CAArecord",
}
"""What it says of every certificate that a test makes: nobody signed it, it ends in two days, nobody could revoke it,
and no record in the DNS says who may issue one."""
AGAINST_MOZILLA = {"cipher_order"}
"""It wants the server to choose the suite. Mozilla wants the client to, where all suites are good: it knows whether it
has hardware for AES."""


def findings(port: int, directory: Path) -> list[str]:
    """Everything of LOW or above, but for what is expected of a test's certificate or is as Mozilla wants it."""
    report = directory / "testssl.json"
    command = ["testssl", "--severity", "LOW", "--quiet", "--color", "0", "--warnings", "off", "--jsonfile"]
    subprocess.run(
        [*command, str(report), f"localhost:{port}"], check=False, capture_output=True, timeout=1_800, cwd=directory
    )
    entries = json.loads(report.read_text())
    assert isinstance(entries, list), "testssl.sh reported nothing"
    serious = {"LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL"}
    return [
        f"{entry['severity']} {entry['id']}: {entry['finding']}"
        for entry in entries
        if entry["severity"] in serious and entry["id"] not in OF_THE_CERTIFICATE | AGAINST_MOZILLA
    ]
