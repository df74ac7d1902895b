"""A file system of a test's own, with little room."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.program import run_command


@contextmanager
def small_disk(mebibytes: int) -> Iterator[Path]:
    """Needs the right to mount a file system."""
    directory = Path(tempfile.mkdtemp(prefix="nps-disk-"))
    mounted = run_command("mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=711", "tmpfs", directory)
    assert mounted.returncode == 0, mounted.stderr
    try:
        yield directory
    finally:
        run_command("umount", "--lazy", directory)
        directory.rmdir()


def fill(disk: Path) -> Path:
    """Takes all room there, and returns the file that does."""
    ballast = disk / "ballast"
    run_command("dd", "if=/dev/zero", f"of={ballast}", "bs=64k")
    run_command("dd", "if=/dev/zero", f"of={ballast}", "bs=512", "oflag=append", "conv=notrunc")
    return ballast
