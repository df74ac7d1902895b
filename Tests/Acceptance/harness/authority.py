"""A certificate authority of a test's own."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass(frozen=True)
class Authority:
    """What it signs is only believed by whoever is given its certificate."""

    directory: Path

    @classmethod
    def new(cls, directory: Path, new_key: Sequence[str] = NEW_KEY) -> "Authority":
        directory.mkdir()
        made = cls(directory)
        names = ["-subj", "/CN=An authority of the tests", "-keyout", str(made._key), "-out", str(made.certificate)]
        openssl("req", "-x509", *new_key, "-nodes", "-days", "2", *names)
        return made

    def below(self, directory: Path) -> "Authority":
        """Another one, whose certificate this one issues."""
        directory.mkdir()
        made = Authority(directory)
        extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"
        self._sign("An authority in between", made._key, made.certificate, extensions)
        return made

    @property
    def certificate(self) -> Path:
        return self.directory / "ca.pem"

    @property
    def _key(self) -> Path:
        return self.directory / "ca-key.pem"

    def issue(
        self, alternative_name: str, days: int = 2, usage: str = "", name: str = "server", digest: str = "sha256"
    ) -> tuple[Path, Path]:
        """The files `name.pem` of a new certificate, such as for `DNS:db1.example.com`, and `name.key` of its key; -1
        day makes an old one. `usage` is what it is for, such as `clientAuth`; nothing = it doesn't say."""
        certificate, key = self.directory / f"{name}.pem", self.directory / f"{name}.key"
        extensions = f"subjectAltName={alternative_name}\n" + (f"extendedKeyUsage={usage}\n" if usage else "")
        self._sign(name, key, certificate, extensions, days, digest)
        return certificate, key

    def _sign(
        self, subject: str, key: Path, certificate: Path, extensions: str, days: int = 2, digest: str = "sha256"
    ) -> None:
        request, names = key.with_suffix(".request"), key.with_suffix(".names")
        names.write_text(extensions)
        openssl("req", *NEW_KEY, "-subj", f"/CN={subject}", "-keyout", str(key), "-out", str(request))
        signing = [
            "-CA",
            str(self.certificate),
            "-CAkey",
            str(self._key),
            "-CAcreateserial",
            "-days",
            str(days),
            f"-{digest}",
        ]
        openssl("x509", "-req", "-in", str(request), *signing, "-extfile", str(names), "-out", str(certificate))


def openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
