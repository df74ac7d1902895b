"""One running process whose output goes to a file."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_SECONDS = 10
"""How long a program may take to finish after SIGTERM."""


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment in which no variable of the machine is mistaken for a setting of the collector."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | dict(extra or {})


class Program:
    """A process of our own, started at once."""

    def __init__(
        self, command: Sequence[str | Path], log: Path, directory: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                cwd=directory,
                env=clean_environment(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # A shell that runs the tests in the background ignores Ctrl-C, and so would its grandchildren.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, timeout: float = STOP_SECONDS) -> int:
        """The exit status, once it has ended."""
        return self.process.wait(timeout)

    def stop(self, timeout: float = STOP_SECONDS) -> int:
        """Asks it to finish (SIGTERM) and returns its exit status; kills it when it takes longer than `timeout`."""
        if self.is_running:
            self.signal(signal.SIGTERM)
        try:
            return self.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """SIGKILL: the process gets no chance to tidy up."""
        if self.is_running:
            self.signal(signal.SIGKILL)
        self.wait()

    def tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
