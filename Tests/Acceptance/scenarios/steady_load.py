"""So many deliveries a second, whatever becomes of them: half on connections of their own, half on kept ones."""

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import canary
from harness.ledger import Promise
from harness.waiting import wait_until
from harness.webhook import response_id, sign

KEPT = 50
"""Connections that are kept."""
DEADLINE = 60.0
"""Seconds in which a request has to be answered."""

Address = int | Path
"""A port of this machine, or a Unix socket."""


@dataclass
class Outcome:
    """What became of the deliveries."""

    promises: dict[str, Promise] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    """Connections that were refused, and requests that got no answer."""
    farewells: int = 0
    """Answers that said that they are their connection's last, although nobody had asked for that."""
    slowest: float = 0.0
    seconds: float = 0.0


class Connection:
    """One that is kept, as a client with manners has it: it sends nothing on one that the server has ended."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.stage = "connecting"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes, headers: dict[str, str], is_last: bool = False) -> tuple[int, bool]:
        """Returns the status, and whether the answer says that no other follows."""
        if self._streams and self._streams[0].at_eof():
            self.close()
        if not self._streams:
            self._streams = await self._connect()
        reader, writer = self._streams
        fields = headers | {"host": "localhost", "content-length": str(len(body))}
        if is_last:
            fields["connection"] = "close"
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        try:
            self.stage = "sending"
            writer.write(f"POST /webhooks/standard HTTP/1.1\r\n{head}\r\n".encode() + body)
            await writer.drain()
            self.stage = "waiting for the answer"
            answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(answer.split("content-length: ")[1].split("\r\n")[0])
            await reader.readexactly(length)
        except BaseException:
            self.close()
            raise
        closes = "\r\nconnection: close\r\n" in answer
        if closes:
            self.close()
        return int(answer.split(" ")[1]), closes

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.address, Path):
            return await asyncio.open_unix_connection(self.address)
        return await asyncio.open_connection("127.0.0.1", self.address)

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None


class SteadyLoad:
    def __init__(self, address: Address, secret: str, name: str, per_second: int) -> None:
        self.outcome = Outcome()
        self.is_over = False
        self._address = address
        self._secret = secret
        self._name = name
        self._per_second = per_second

    def await_answered(self, count: int) -> None:
        wait_until(lambda: len(self.outcome.promises) > count, f"{count} answers", interval=0.01)

    def run(self) -> None:
        """Goes on until `is_over`; to be called in a thread of its own."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        kept = [Connection(self._address) for _ in range(KEPT)]
        locks = [asyncio.Lock() for _ in kept]
        begin = time.monotonic()
        tasks: set[asyncio.Task[None]] = set()
        number = 0
        while not self.is_over:
            due = int((time.monotonic() - begin) * self._per_second)
            while number < due:
                index = None if number % 2 else (number // 2) % KEPT
                if index is None:
                    task = asyncio.create_task(self._deliver(number, Connection(self._address), asyncio.Lock(), True))
                else:
                    task = asyncio.create_task(self._deliver(number, kept[index], locks[index], False))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                number += 1
            await asyncio.sleep(random.uniform(0.001, 0.004))
        await asyncio.gather(*tasks)
        for connection in kept:
            connection.close()
        self.outcome.seconds = time.monotonic() - begin

    async def _deliver(self, number: int, connection: Connection, lock: asyncio.Lock, is_alone: bool) -> None:
        provider_id = f"{self._name}-{number}"
        response: dict[str, Any] = {
            "id": provider_id,
            "email": canary.address(provider_id),
            "score": number % 11,
            "comment": canary.comment(f"response {number}"),
        }
        body = json.dumps(response).encode()
        async with lock:
            begin = time.monotonic()
            try:
                async with asyncio.timeout(DEADLINE):
                    status, closes = await connection.post(body, sign(self._secret, body), is_alone)
            except (OSError, EOFError, TimeoutError) as error:
                after = time.monotonic() - begin
                kind = "alone" if is_alone else "kept"
                self.outcome.failures[f"{kind}: {error!r} after {after:.3f} s in {connection.stage}"] += 1
                return
        self.outcome.slowest = max(self.outcome.slowest, time.monotonic() - begin)
        self.outcome.statuses[status] += 1
        if status == 200:
            self.outcome.promises[response_id(provider_id)] = Promise(response["email"], response["score"])
        if closes and not is_alone:
            self.outcome.farewells += 1
