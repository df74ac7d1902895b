"""A certificate authority of a test's own."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


@dataclass(frozen=True)
class Authority:
    """What it signs is only believed by whoever is given its certificate."""

    directory: Path

    @classmethod
    def new(cls, directory: Path) -> "Authority":
        directory.mkdir()
        made = cls(directory)
        names = ["-subj", "/CN=An authority of the tests", "-keyout", str(made._key), "-out", str(made.certificate)]
        openssl("req", "-x509", *NEW_KEY, "-days", "2", *names)
        return made

    @property
    def certificate(self) -> Path:
        return self.directory / "ca.pem"

    @property
    def _key(self) -> Path:
        return self.directory / "ca-key.pem"

    def issue(self, alternative_name: str, days: int = 2) -> tuple[Path, Path]:
        """The files of a new certificate, such as for `DNS:db1.example.com`, and its key; -1 day makes an old one."""
        certificate, key, request, names = (
            self.directory / f"server.{kind}" for kind in ("pem", "key", "request", "names")
        )
        names.write_text(f"subjectAltName={alternative_name}\n")
        openssl("req", *NEW_KEY, "-subj", "/CN=server", "-keyout", str(key), "-out", str(request))
        signing = ["-CA", str(self.certificate), "-CAkey", str(self._key), "-CAcreateserial", "-days", str(days)]
        openssl("x509", "-req", "-in", str(request), *signing, "-extfile", str(names), "-out", str(certificate))
        return certificate, key


def openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
