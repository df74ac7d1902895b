"""How much SQLite writes to its log, seen from outside: the collector's file is locked, and no one else can ask SQLite.

The log is written from its start again after a checkpoint, with a new sequence number in its header, and its valid
frames are those with the salts of that header (sqlite.org/fileformat2.html, "The Write-Ahead Log"). A sample reads
these few bytes; a thread takes one every millisecond. A checkpoint takes longer, so hardly a frame is missed.
"""

import os
import threading
from pathlib import Path
from typing import Self

HEADER = 32
FRAME_HEADER = 24
SAMPLE_SECONDS = 0.001


class LogWatcher:
    """Counts the bytes of the frames that are written while it is entered."""

    def __init__(self, database: Path) -> None:
        self._descriptor = os.open(f"{database}-wal", os.O_RDONLY)
        self._page = 0
        self._frames: dict[int, int] = {}
        """By the log's sequence number, the most that were seen."""
        self._frames_before = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._sample()
        self._frames_before = sum(self._frames.values())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._sample()
        os.close(self._descriptor)

    @property
    def bytes_written(self) -> int:
        """A log between two that were seen counts as much as these do on average."""
        frames = sum(self._frames.values()) - self._frames_before
        unseen = max(self._frames) - min(self._frames) + 1 - len(self._frames)
        return round(frames * (1 + unseen / len(self._frames))) * (FRAME_HEADER + self._page)

    def _watch(self) -> None:
        while not self._stopping.wait(SAMPLE_SECONDS):
            self._sample()

    def _sample(self) -> None:
        header = os.pread(self._descriptor, HEADER, 0)
        if len(header) < HEADER:
            return
        self._page = int.from_bytes(header[8:12], "big")
        sequence = int.from_bytes(header[12:16], "big")
        frames = self._count(header[16:24], self._frames.get(sequence, 0))
        # Otherwise the log began again meanwhile.
        if os.pread(self._descriptor, HEADER, 0) == header:
            self._frames[sequence] = frames

    def _count(self, salts: bytes, known: int) -> int:
        """Valid frames, of which so many are known: steps that double until one is too far, then by halves."""
        valid, step = known, 1
        while self._is_valid(valid + step - 1, salts):
            valid += step
            step *= 2
        while step > 1:
            step //= 2
            if self._is_valid(valid + step - 1, salts):
                valid += step
        return valid

    def _is_valid(self, index: int, salts: bytes) -> bool:
        return os.pread(self._descriptor, 8, HEADER + index * (FRAME_HEADER + self._page) + 8) == salts
