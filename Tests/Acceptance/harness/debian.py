"""Debian systems in directories, made by debootstrap from the mirror that this machine's apt uses."""

import fcntl
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.program import Program, clean_environment
from harness.waiting import LONG_DEADLINE, wait_until

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
}

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a system")


@dataclass(frozen=True)
class System:
    """One Debian system, whose programs see the network and the kernel of this machine."""

    root: Path
    enter: list[str | Path] = field(default_factory=list)
    """What a command has to begin with to run there."""

    def try_to(self, *command: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a command there to its end, whatever that is."""
        return subprocess.run(
            [str(word) for word in (*self.prefix(), *command)],
            check=False,
            env=ENVIRONMENT,
            input=typed,
            capture_output=True,
            text=True,
            timeout=LONG_DEADLINE,
        )

    def run(self, *command: str | Path, typed: str = "") -> str:
        """Runs a command there, which must succeed, and returns all that it prints."""
        result = self.try_to(*command, typed=typed)
        assert result.returncode == 0, f"{shlex.join(map(str, command))}: {result.stdout}{result.stderr}"
        return result.stdout + result.stderr

    def apt(self, *words: str | Path) -> str:
        """`apt-get`, which asks nobody."""
        return self.run("apt-get", "--quiet", "--yes", "--no-install-recommends", *words)

    def prefix(self) -> list[str | Path]:
        return self.enter or ["chroot", self.root]

    def path(self, name: str) -> Path:
        """A file of the system's, seen from here."""
        return self.root / name.removeprefix("/")

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)


def must(*command: str | Path) -> str:
    result = subprocess.run(
        [str(word) for word in command],
        check=False,
        capture_output=True,
        text=True,
        env=clean_environment(),
        timeout=LONG_DEADLINE,
    )
    assert result.returncode == 0, f"{shlex.join(map(str, command))}: {result.stdout[-2000:]}{result.stderr[-2000:]}"
    return result.stdout


def mirror() -> tuple[str, str]:
    """Where this machine's apt gets Debian from, and its release."""
    text = must("apt-get", "indextargets", "--format", "$(ORIGIN) $(CODENAME) $(REPO_URI)", "Created-By: Packages")
    lines = [line.split() for line in text.splitlines()]
    return next((uri, release) for origin, release, uri in lines if origin == "Debian" and "-" not in release)


def archived_base(directory: Path) -> Path:
    """The smallest Debian there is, as an archive in a directory that all workers of a run share; made once."""

    def make(root: Path) -> None:
        uri, release = mirror()
        must("debootstrap", "--variant=minbase", release, root, uri)
        use_this_network(System(root))
        System(root).apt("update")

    return _archived(directory / "debian.tar", make)


def archived_server(directory: Path) -> Path:
    """The same with systemd installed."""

    def make(root: Path) -> None:
        root.mkdir()
        extract(archived_base(directory), root)
        with mounted(root) as system:
            system.apt("install", "systemd")

    return _archived(directory / "server.tar", make)


def _archived(archive: Path, make: Callable[[Path], None]) -> Path:
    with locked(archive.with_suffix(".lock")):
        if not archive.exists():
            with in_memory(archive.with_suffix("")) as memory:
                root = memory / "root"
                make(root)
                must("tar", "--create", "--directory", root, "--file", archive.with_suffix(".new"), ".")
            archive.with_suffix(".new").rename(archive)
    return archive


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """One worker of a run at a time."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def extract(archive: Path, root: Path) -> None:
    must("tar", "--extract", "--directory", root, "--file", archive)


def use_this_network(system: System) -> None:
    """As apt here reaches the mirror, so does apt there."""
    system.write("/etc/apt/apt.conf.d/99acquire", must("apt-config", "dump", "Acquire"))
    for name in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copy(name, system.path(name))


@contextmanager
def in_memory(directory: Path) -> Iterator[Path]:
    """A new directory that is in memory, since dpkg syncs every file."""
    directory.mkdir()
    must("mount", "-t", "tmpfs", "-o", "size=4g,mode=755", "tmpfs", directory)
    try:
        yield directory
    finally:
        unmount(directory)


@contextmanager
def new_system(archive: Path, directory: Path) -> Iterator[System]:
    """A system of its own, in which no systemd runs, as in a chroot."""
    with in_memory(directory) as root:
        extract(archive, root)
        with mounted(root) as system:
            yield system


@contextmanager
def mounted(root: Path) -> Iterator[System]:
    """The system in this directory with what its packages need to be installed."""
    with ExitStack() as mounts:
        for kind, place in (("proc", "proc"), ("sysfs", "sys"), ("devpts", "dev/pts")):
            must("mount", "-t", kind, kind, root / place)
            mounts.callback(unmount, root / place)
        yield System(root)


def unmount(place: Path) -> None:
    """What isn't mounted any more may be left alone."""
    if place.is_mount():
        must("umount", "--lazy", place)


@contextmanager
def booted(root: Path, log: Path) -> Iterator[System]:
    """The system in this directory with systemd as its first process. One at a time: two would have the same control
    groups, and kill each other's services."""
    command = ["systemd-nspawn", "--boot", "--quiet", f"--directory={root}", f"--machine=nps{os.getpid()}"]
    command += ["--register=no", "--keep-unit", "--console=pipe", "--resolv-conf=copy-host", "--link-journal=no"]
    with Program(command, log, root.parent) as program:

        def first_process() -> str | None:
            assert program.is_running, program.tail()
            children = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
            # For a moment there is one that only prepares the system, and is nowhere to be entered afterwards.
            return next((child for child in children if name_of(child) == "systemd"), None)

        try:
            leader = wait_until(first_process, "systemd to begin")
            system = System(root, ["nsenter", f"--target={leader}", "--all", "--root", "--wdns=/"])
            wait_until(lambda: is_up(system), "the system to be up", interval=0.1)
            yield system
        finally:
            # Killed, it would leave the system behind.
            program.stop()


def name_of(process: str) -> str | None:
    """None for one that has ended."""
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return None


def is_up(system: System) -> bool:
    return system.try_to("systemctl", "is-system-running").stdout.strip() in {"running", "degraded"}
