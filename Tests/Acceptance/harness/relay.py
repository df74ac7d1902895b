"""A stretch of network that can fail: bytes go through, or are held back without a word, or connections are reset."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Self

from harness.ports import free_port

Target = tuple[str, int] | Path
"""Where a server is: a host and a port, or a Unix socket."""

RESET = struct.pack("ii", 1, 0)
"""The value of SO_LINGER by which closing a connection resets it."""


RETRY_SECONDS = 0.05
"""How often a relay looks whether its target is back."""


class Relay:
    """Listens on a port and passes what comes to `target`, and back, on a thread of its own. Where the target listens
    no more, the relay doesn't either."""

    def __init__(self, target: Target, host: str = "127.0.0.1", port: int | None = None) -> None:
        self.target = target
        self.host = host
        self.port = port or free_port()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._passes = asyncio.Event()
        self._passes.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: socket.socket | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self.reset()
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def deafen(self) -> None:
        """From now on nothing gets through in either direction, and no connection is closed."""
        self._loop.call_soon_threadsafe(self._passes.clear)

    def hear(self) -> None:
        """What was held back gets through, and all that follows."""
        self._loop.call_soon_threadsafe(self._passes.set)

    def reset(self) -> None:
        """Resets all connections."""
        self._run(self._reset())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self) -> None:
        self._listener = socket.create_server((self.host, self.port), backlog=100)
        self._listener.setblocking(False)
        self._begin(self._accept(self._listener))

    def _close(self, listener: socket.socket) -> None:
        self._listener = None
        # Whoever waits for connections notices it no sooner than at the next one.
        self._loop.remove_reader(listener)
        listener.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _end(self) -> None:
        if self._listener:
            self._close(self._listener)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        # Some may have come since the last time.
        await self._reset()

    async def _reset(self) -> None:
        for writer in self._writers:
            connection = writer.get_extra_info("socket")
            # One that is closed already needs nothing.
            with contextlib.suppress(OSError):
                if connection.family == socket.AF_INET:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()

    async def _accept(self, listener: socket.socket) -> None:
        """By hand: a server of asyncio's leaves connections open that it accepts while it is closed."""
        while self._listener is listener:
            connection, _ = await self._loop.sock_accept(listener)
            reader, writer = await asyncio.open_connection(sock=connection)
            self._writers.add(writer)
            self._begin(self._relay(reader, writer))

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._passes.wait()
            far_reader, far_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            await self._await_target()
            return
        self._writers.add(far_writer)
        await asyncio.gather(self._copy(reader, far_writer), self._copy(far_reader, writer))
        self._writers -= {writer, far_writer}

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, Path):
            return await asyncio.open_unix_connection(str(self.target))
        return await asyncio.open_connection(*self.target)

    async def _await_target(self) -> None:
        """Refuses connections until the target accepts them: a client that knows other servers turns to them only when
        it is refused."""
        if not self._listener:
            return
        self._close(self._listener)
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            with contextlib.suppress(OSError):
                _, writer = await self._connect()
                writer.close()
                break
        await self._listen()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until one side closes; then the other is closed, too."""
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                await self._passes.wait()
                writer.write(data)
                await writer.drain()
            await self._passes.wait()
        writer.close()
