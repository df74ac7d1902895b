"""The shipped systemd units, judged by systemd itself."""

import shutil
from pathlib import Path

import pytest

from harness.deployment import BINARY, REPOSITORY
from harness.program import run_command

SHIPPED = REPOSITORY / "deploy"
UNIT = SHIPPED / "nps-collector.service"
BACKUP = SHIPPED / "nps-collector-backup.service"
TIMER = SHIPPED / "nps-collector-backup.timer"
EXPOSURE = 11
"""Ten times the exposure level; Debian's best hardened server, redis-server, has 12."""
EXPOSURE_BEHIND_PROXY = 9


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A directory with all units as they are installed, and the built program in its place."""
    for unit in (path for kind in ("service", "socket", "timer") for path in SHIPPED.glob(f"*.{kind}")):
        text = unit.read_text().replace("/usr/local/bin/nps-collector", str(BINARY))
        (tmp_path / unit.name).write_text(text)
    return tmp_path


def add_drop_ins(installed: Path) -> None:
    for unit in ("service", "socket"):
        directory = installed / f"nps-collector.{unit}.d"
        directory.mkdir()
        shutil.copy(SHIPPED / f"behind-proxy.{unit}.conf", directory / "behind-proxy.conf")


def assert_exposed_at_most(unit: Path, tenths: int) -> None:
    result = run_command("systemd-analyze", "security", "--offline=true", f"--threshold={tenths}", unit)
    assert result.returncode == 0, result.stdout[-500:]


@pytest.mark.parametrize("unit", [UNIT, BACKUP], ids=lambda unit: unit.stem)
def test_the_unit_is_exposed_no_more_than_promised(installed: Path, unit: Path) -> None:
    assert_exposed_at_most(installed / unit.name, EXPOSURE)


def test_behind_a_local_proxy_it_is_exposed_even_less(installed: Path) -> None:
    with pytest.raises(AssertionError):
        assert_exposed_at_most(installed / UNIT.name, EXPOSURE_BEHIND_PROXY)
    add_drop_ins(installed)
    assert_exposed_at_most(installed / UNIT.name, EXPOSURE_BEHIND_PROXY)


@pytest.mark.parametrize("is_behind_proxy", [False, True])
def test_systemd_understands_every_line(installed: Path, is_behind_proxy: bool) -> None:
    if is_behind_proxy:
        add_drop_ins(installed)
    units = sorted(path for path in installed.iterdir() if path.is_file())
    assert len(units) >= 3
    result = run_command("systemd-analyze", "verify", *units)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def settings(unit: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in unit.read_text().splitlines() if "=" in line and line[0] != "#")


def test_the_unit_never_gives_up_for_good() -> None:
    unit = settings(UNIT)
    assert (unit["Restart"], unit["StartLimitIntervalSec"]) == ("always", "0")


def test_settings_that_are_wrong_are_not_tried_again_and_again() -> None:
    """`RestartPreventExitStatus` counts for the program itself (systemd.service(5)), so nothing may fail before it."""
    unit = settings(UNIT)
    assert (unit["Type"], unit["RestartPreventExitStatus"]) == ("notify", "78")
    assert not any(key.startswith(("ExecStartPre", "ExecCondition")) for key in unit)


def test_a_start_that_fails_for_a_while_closes_no_socket() -> None:
    for socket in SHIPPED.glob("*.socket"):
        assert settings(socket)["TriggerLimitIntervalSec"] == "0", socket


def test_the_sockets_are_for_listeners_that_there_are() -> None:
    names = {path.name: settings(path)["FileDescriptorName"] for path in SHIPPED.glob("*.socket")}
    assert names == {"nps-collector.socket": "public", "nps-collector-redirect.socket": "redirect"}
