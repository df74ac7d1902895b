"""wrk as the load: the rate, and what the servers spent on a request meanwhile."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 64
THREADS = 2
SIGNED = Path(__file__).parents[1] / "signed.lua"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figure:
    """One load for one round."""

    requests: int
    rate: float
    cpu_microseconds: float
    """User and system time of the server's processes for each request."""


@dataclass(frozen=True)
class SignedRequests:
    """Complete requests of one size in files named `prefix` and the number of wrk's thread."""

    prefix: Path
    size: int


@dataclass(frozen=True)
class Load:
    """What is sent, and who answers it."""

    address: str
    processes: list[int]
    signed: SignedRequests | None = None
    """None for GETs of the address."""
    connections: int = CONNECTIONS

    def measure(self, seconds: int) -> Figure:
        """Runs wrk for so long. Every answer must be a 2xx."""
        before = cpu_seconds(self.processes)
        printed = subprocess.run(self._command(seconds), check=True, capture_output=True, text=True).stdout
        spent = cpu_seconds(self.processes) - before
        if "Non-2xx" in printed or "Socket errors" in printed:
            raise SystemExit(f"not every request to {self.address} was answered well:\n{printed}")
        requests = int(found(r"(\d+) requests in", printed))
        return Figure(requests, float(found(r"Requests/sec:\s*([\d.]+)", printed)), spent / requests * 1e6)

    def _command(self, seconds: int) -> list[str]:
        command = ["wrk", f"-t{THREADS}", f"-c{self.connections}", f"-d{seconds}s"]
        command += ["-H", "accept: text/html", "-H", "accept-language: en"]
        if self.signed:
            script = ["-s", str(SIGNED), self.address, "--", str(self.signed.prefix), str(self.signed.size)]
            return command + script
        return [*command, self.address]


def cpu_seconds(processes: list[int]) -> float:
    """User and system time that the processes have used so far."""
    total = 0
    for process in processes:
        after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += int(after_name[11]) + int(after_name[12])
    return total / TICKS


def found(pattern: str, text: str) -> str:
    """The first group of a pattern that must be there."""
    match = re.search(pattern, text)
    if not match:
        raise SystemExit(f"nothing like {pattern} in:\n{text}")
    return match[1]
