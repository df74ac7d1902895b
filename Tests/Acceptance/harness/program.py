"""Programs: one that runs in the background with its output in a file, and one that runs to its end."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from harness.waiting import DEADLINE


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment in which no variable of the machine is mistaken for a setting of the collector."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | dict(extra or {})


def run_command(
    *command: str | Path,
    typed: str = "",
    directory: Path | None = None,
    environment: Mapping[str, str] | None = None,
    timeout: float = DEADLINE,
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, with `typed` as its standard input; `environment` is added to the clean one."""
    return subprocess.run(
        [str(word) for word in command],
        check=False,
        cwd=directory,
        env=clean_environment(environment),
        input=typed,
        capture_output=True,
        text=True,
        timeout=timeout,
    )


class Program:
    """A process of our own, started at once. As a context manager it is killed at the end if it still runs."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        directory: Path,
        environment: Mapping[str, str] | None = None,
        errors: Path | None = None,
        descriptors: Sequence[int] = (),
    ) -> None:
        """Its output is appended to `log`, and what it writes to standard error to `errors`, or to `log` as well. It
        gets `descriptors` under the same numbers."""
        self.log = log
        words = [str(word) for word in command]
        with log.open("ab") as output, (errors or log).open("ab") as error_output:
            self.process = subprocess.Popen(
                # A shell that runs the tests in the background makes its descendants ignore Ctrl-C.
                ["env", "--default-signal=INT", *words],
                cwd=directory,
                env=clean_environment(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=error_output,
                start_new_session=True,
                pass_fds=descriptors,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    @property
    def resident_kib(self) -> int:
        """The memory that it holds now."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise AssertionError("the process shows no resident memory")

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        """The exit status, once it has ended."""
        return self.process.wait(DEADLINE)

    def stop(self) -> int:
        """Asks it to finish (SIGTERM) and returns its exit status; kills it if it never finishes."""
        if self.is_running:
            self.signal(signal.SIGTERM)
        try:
            return self.wait()
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
