"""The shipped systemd unit, judged by systemd itself."""

from pathlib import Path

from harness.deployment import BINARY, REPOSITORY
from harness.program import run_command

UNIT = REPOSITORY / "deploy/nps-collector.service"
EXPOSURE = 11
"""Ten times the exposure level; Debian's best hardened server, redis-server, has 12."""


def test_the_unit_is_exposed_no_more_than_promised() -> None:
    result = run_command("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", UNIT)
    assert result.returncode == 0, result.stdout[-500:]


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/local/bin/nps-collector", str(BINARY)))
    result = run_command("systemd-analyze", "verify", unit)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_the_unit_never_gives_up_for_good() -> None:
    settings = dict(line.split("=", 1) for line in UNIT.read_text().splitlines() if "=" in line and line[0] != "#")
    assert (settings["Restart"], settings["StartLimitIntervalSec"]) == ("always", "0")
