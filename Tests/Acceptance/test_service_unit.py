"""The shipped systemd unit, judged by systemd itself."""

import subprocess
from pathlib import Path

from harness.deployment import BINARY, REPOSITORY

UNIT = REPOSITORY / "deploy/nps-collector.service"
EXPOSURE = 11
"""Ten times the exposure level; Debian's best hardened server, redis-server, has 12."""


def test_the_unit_is_exposed_no_more_than_promised() -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", str(UNIT)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout[-500:]


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/local/bin/nps-collector", str(BINARY)))
    result = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")
