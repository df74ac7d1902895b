"""Machines of a test's own: namespaces with a network between them, and with system directories of their own."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.program import clean_environment, run_command
from harness.waiting import DEADLINE, wait_until

CLONE_NEWNET = 0x40000000
PRIVATE = ("/var/lib/postgresql", "/var/log/postgresql", "/var/backups", "/run/postgresql")


@dataclass(frozen=True)
class Machine:
    """One that is on. Programs see its name, its network, its processes, its /etc and its databases."""

    name: str
    root: Path
    """What it keeps while it is off."""
    pid: int
    """Of its first process, without which none of the others lives."""

    @property
    def etc(self) -> Path:
        """Its /etc, seen from outside."""
        return self.root / "etc"

    def enter(self) -> list[str | Path]:
        """What a command has to begin with to run there, as a child of the process that is seen here."""
        return ["nsenter", f"--target={self.pid}", "--mount", "--uts", "--net", "--pid", "--wdns=/root"]

    def run(self, *command: str | Path, typed: str = "") -> str:
        """Runs a command there, without a terminal, and returns what it prints."""
        result = subprocess.run(
            [str(word) for word in (*self.enter(), "setsid", "--wait", *command)],
            check=False,
            input=typed,
            capture_output=True,
            text=True,
            env=clean_environment({"HOME": "/root"}),
            timeout=DEADLINE,
        )
        assert result.returncode == 0, f"{self.name}: {result.stdout}{result.stderr}"
        return result.stdout

    def callers(self) -> ThreadPoolExecutor:
        """A thread whose connections begin there."""
        return ThreadPoolExecutor(1, initializer=self._enter_network)

    def _enter_network(self) -> None:
        with Path(f"/proc/{self.pid}/ns/net").open() as namespace:
            library = ctypes.CDLL(None, use_errno=True)
            assert library.setns(namespace.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())

    def lose(self) -> None:
        """Cuts its power."""
        os.kill(self.pid, 9)


def prepare(root: Path, addresses: dict[str, str]) -> None:
    """What a new machine has on its disk; the others are known by their names."""
    shutil.copytree("/etc", root / "etc", symlinks=True)
    shutil.rmtree(root / "etc/postgresql", ignore_errors=True)
    (root / "etc/postgresql").mkdir()
    shutil.rmtree(root / "etc/nps-collector", ignore_errors=True)
    shutil.chown(root / "etc/postgresql", "postgres", "postgres")
    hosts = ["127.0.0.1 localhost", *(f"{address} {name}.example.com {name}" for name, address in addresses.items())]
    (root / "etc/hosts").write_text("\n".join(hosts) + "\n")
    for directory in PRIVATE:
        inside = root / directory.removeprefix("/")
        inside.mkdir(parents=True)
        shutil.chown(inside, "postgres", "postgres")


@contextmanager
def running(name: str, root: Path) -> Iterator[Machine]:
    """Switches a machine on, without a network yet."""
    mounts = "".join(f"mount --bind {root}{place} {place}; " for place in ("/etc", *PRIVATE))
    # Debian's tools would ask the systemd out here to start the machine's servers.
    mounts += "[ ! -d /run/systemd ] || mount -t tmpfs tmpfs /run/systemd; "
    script = f"set -e; {mounts} hostname {name}; ip link set lo up; exec sleep infinity"
    command = ["unshare", "--mount", "--uts", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
    with subprocess.Popen([*command, "sh", "-c", script], stdin=subprocess.DEVNULL) as process:
        try:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            pid = int(wait_until(lambda: children.read_text().split() if children.exists() else None, name)[0])
            wait_until(lambda: Path(f"/proc/{pid}/comm").read_text() == "sleep\n", f"{name} to be on")
            yield Machine(name, root, pid)
        finally:
            process.kill()


def connect(machines: Sequence[Machine], addresses: dict[str, str]) -> None:
    """A cable between two machines. It is gone with one of them."""
    names = [f"nps{os.getpid()}{letter}" for letter in "ab"]
    words = ["ip", "link", "add", names[0], "type", "veth", "peer", "name", names[1]]
    made = run_command(*words)
    assert made.returncode == 0, made.stderr
    for machine, name in zip(machines, names, strict=True):
        moved = run_command("ip", "link", "set", name, "netns", str(machine.pid))
        assert moved.returncode == 0, moved.stderr
        machine.run("ip", "link", "set", name, "up")
        # Its own address stays when the cable is gone.
        mine = addresses[machine.name]
        (other,) = set(addresses.values()) - {mine}
        machine.run("ip", "address", "replace", f"{mine}/32", "dev", "lo")
        machine.run("ip", "route", "replace", other, "dev", name, "src", mine)
