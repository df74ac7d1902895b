"""A container engine with a store of its own in memory: podman, without any registry."""

import json
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.debian import ENVIRONMENT, in_memory
from harness.waiting import LONG_DEADLINE

# The engine wants one kind of control groups, and this machine may have two. It limits nothing by them here.
ONE_KIND = 'umount --recursive --lazy /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; exec podman "$@"'

LOCKED = ["--read-only", "--read-only-tmpfs=false", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
"""As compose.yaml and the manifests for Kubernetes confine it."""


class Engine:
    """Images and containers, which see the network of this machine."""

    def __init__(self, store: Path) -> None:
        self._store = [f"--root={store / 'root'}", f"--runroot={store / 'run'}", "--storage-driver=overlay"]
        self._store += [f"--tmpdir={store / 'tmp'}", "--cgroup-manager=cgroupfs", "--events-backend=none"]

    def try_to(self, *words: str | Path, typed: bytes = b"") -> subprocess.CompletedProcess[str]:
        command = ["unshare", "--mount", "sh", "-c", ONE_KIND, "sh", *self._store, *map(str, words)]
        result = subprocess.run(
            command, check=False, env=ENVIRONMENT, input=typed, capture_output=True, timeout=LONG_DEADLINE
        )
        output, errors = result.stdout.decode(), result.stderr.decode()
        return subprocess.CompletedProcess(command, result.returncode, output, errors)

    def run(self, *words: str | Path) -> str:
        result = self.try_to(*words)
        assert result.returncode == 0, f"{words}: {result.stdout[-2000:]}{result.stderr[-4000:]}"
        return result.stdout

    def image(self, name: str) -> dict[str, Any]:
        """What an image says of itself."""
        (found,) = json.loads(self.run("image", "inspect", name))
        return dict(found)

    def start(self, name: str, image: str, *options: str, command: tuple[str, ...] = ()) -> None:
        """A container in the background."""
        self.run("run", "--detach", f"--name={name}", *LOCKED, *here(), *options, image, *command)


def here() -> list[str]:
    """What a container has to leave out on a machine where root has fewer rights than usual."""
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    _, processes = resource.getrlimit(resource.RLIMIT_NPROC)
    limits = [f"--ulimit=nofile={min(files, 20_000)}", f"--ulimit=nproc={min(processes, 4_096)}"]
    return ["--network=host", "--cgroups=disabled", *limits]


@contextmanager
def engine() -> Iterator[Engine]:
    """An engine whose images and containers are gone afterwards."""
    # It takes no paths of more than 50 characters.
    with tempfile.TemporaryDirectory(prefix="nps", dir="/tmp") as scratch, in_memory(Path(scratch, "c")) as store:
        made = Engine(store)
        try:
            yield made
        finally:
            made.try_to("rm", "--all", "--force", "--time=0")
            made.try_to("unmount", "--all")
