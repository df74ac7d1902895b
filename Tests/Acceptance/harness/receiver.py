"""A receiver of alerts on loopback: verifies each message as any receiver of Standard Webhooks does, and keeps it."""

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from standardwebhooks import Webhook

from harness import canary
from harness.deployment import Deployment
from harness.http_client import fetch
from harness.ports import free_port
from harness.promql import parse_scrape
from harness.waiting import wait_until

MEBIBYTE = 1024 * 1024


class Receiver:
    """A server that can be stopped and started again at its port, and that answers as it is told."""

    def __init__(self, secret: str | None = None, certificate: tuple[Path, Path] | None = None) -> None:
        """Verifies signatures by `secret`; without one it takes what Slack would. `certificate` makes it speak TLS."""
        self.port = free_port()
        self.secret = secret
        self.messages: list[dict[str, Any]] = []
        """The bodies of what was taken, each with its `id`, and each once."""
        self.doubles = 0
        """How often one came again under its id."""
        self.attempts = 0
        self.status = 200
        self.headers: dict[str, str] = {}
        self.answer = b"ok"
        self.hangs = threading.Event()
        """While it is set, requests get no answer."""
        self.held = threading.Event()
        """Set once a request waits for an answer that doesn't come."""
        self._certificate = certificate
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"{'https' if self._certificate else 'http'}://127.0.0.1:{self.port}/hook-{canary.WORD}"

    @property
    def settings(self) -> dict[str, Any]:
        """For a deployment. The address is a secret: it has the word that no log may have."""
        if self.secret:
            return {"alerts": {"url": self.url, "secret": self.secret}}
        return {"alerts": {"url": self.url, "format": "slack"}}

    @property
    def events(self) -> list[str]:
        """`NPSDiskLow began`, with the source if there is one, in the order in which they came."""
        return [
            " ".join([message["data"]["alert"], *filter(None, [message["data"].get("source")]), event])
            for message in self.messages
            for event in [message["type"].removeprefix("alert.")]
        ]

    def wait_for(self, *events: str) -> None:
        wait_until(lambda: set(events) <= set(self.events), f"{events}; there are {self.events}")

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.attempts += 1
                if receiver.hangs.is_set():
                    receiver.held.set()
                    receiver.wait_for_stop()
                    return
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(receiver.answer)))
                self.end_headers()
                if 200 <= receiver.status < 300:
                    receiver.take(body, dict(self.headers))
                self.wfile.write(receiver.answer)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A client that goes away is nothing out of the ordinary."""

        self._server = Server(("127.0.0.1", self.port), Handler)
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self._certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        server, self._server = self._server, None
        if server:
            server.shutdown()
            server.server_close()
        self.hangs.clear()

    def wait_for_stop(self) -> None:
        while self._server:
            threading.Event().wait(0.05)

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        assert canary.WORD.encode() not in body.lower() and b"@" not in body
        assert len(body) < 4_096
        headers = {name.lower(): value for name, value in headers.items()}
        if self.secret:
            Webhook(self.secret).verify(body, headers)
        message = json.loads(body) | {"id": headers.get("webhook-id")}
        if message["id"] and any(message["id"] == known["id"] for known in self.messages):
            self.doubles += 1
        else:
            self.messages.append(message)


def metrics(deployment: Deployment, name: str) -> dict[str, float]:
    """The samples of a metric by their labels' values."""
    samples = parse_scrape(fetch(deployment.admin_port, "GET", "/metrics").text)
    return {"".join(sample.labels.values()): sample.value for sample in samples if sample.name == name}


def in_order(events: list[str]) -> bool:
    """Whether everything began once and ended once, in this order."""
    subjects = {event.rsplit(" ", 1)[0] for event in events}
    return all(
        [event for event in events if event.rsplit(" ", 1)[0] == subject] == [f"{subject} began", f"{subject} ended"]
        for subject in subjects
    )
