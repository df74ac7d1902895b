"""What the disk itself takes to make four kilobytes durable: the least that an accept can take."""

import os
import time
from pathlib import Path

PAGE = 4_096
FILE = 8 << 20
"""As large as the collector's log becomes. Like the log, the file is written again from its start when it is full."""


def fdatasync_seconds(directory: Path, seconds: float) -> list[float]:
    """For so long: a page is written and synced, the next one, and so on. Nothing else is timed than the sync."""
    path = directory / "fdatasync"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, bytes(FILE))
        os.fsync(descriptor)
        page, offset, times = os.urandom(PAGE), 0, []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            os.pwrite(descriptor, page, offset)
            offset = (offset + PAGE) % FILE
            begin = time.perf_counter()
            os.fdatasync(descriptor)
            times.append(time.perf_counter() - begin)
        return times
    finally:
        os.close(descriptor)
        path.unlink()


def percentile(values: list[float], share: float) -> float:
    """The value that so large a share of them doesn't exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
