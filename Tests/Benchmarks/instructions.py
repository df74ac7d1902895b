"""User-space instructions a request, counted by callgrind: the same on every machine, busy or not, to about 1 %.

Each load is run twice, with few and with many requests, so that the start and the end of the program don't count.
"""

import argparse
import json
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path

from harness.deployment import Deployment
from harness.links import by_joserfc, claims, new_key
from harness.survey_tools import TOOLS
from harness.webhook import sign

CONNECTIONS = 8
FEW, MANY = 80, 880
BODY_BYTES = 150
KEY = new_key()
TYPEFORM = next(tool for tool in TOOLS if tool.name == "typeform")

Requests = Callable[[Deployment, int], Iterator[bytes]]
"""So many complete requests."""


def get(path: str) -> Requests:
    request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/html\r\naccept-language: en\r\n\r\n".encode()
    return lambda _, count: iter([request] * count)


def post(source: str, body: bytes, headers: dict[str, str]) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    start = f"POST /webhooks/{source} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(body)}\r\n{head}\r\n"
    return start.encode() + body


def signed(deployment: Deployment, count: int) -> Iterator[bytes]:
    for number in range(count):
        response = {"id": f"i{count}n{number:06}", "email": f"i{number:06}@example.com", "score": 9, "comment": ""}
        padding = BODY_BYTES - len(json.dumps(response))
        body = json.dumps(response | {"comment": "x" * padding}).encode()
        yield post("standard", body, sign(deployment.secret, body, f"msg_i{count}n{number:06}"))


def mapped(_: Deployment, count: int) -> Iterator[bytes]:
    for number in range(count):
        delivery = TYPEFORM.delivery(f"i{count}n{number:06}", comment="")
        TYPEFORM.sign(delivery, TYPEFORM.secret, "")
        yield post("typeform", delivery.body, delivery.headers)


def link(_: Deployment, count: int) -> Iterator[bytes]:
    header = {"alg": "dir", "enc": "A256GCM", "kid": "k"}
    for number in range(count):
        token = by_joserfc(claims(f"i{count}n{number:06}"), KEY, header)
        yield from get(f"/s/{token}/9")(_, 1)


LOADS: dict[str, tuple[Requests, int]] = {
    "GET /livez": (get("/livez"), 110_000),
    "signed durable accept": (signed, 350_000),
    "durable accept by jq (Typeform)": (mapped, 700_000),
    "GET /survey": (get("/survey"), 400_000),
    "GET /survey/NAME": (get("/survey/academy"), 400_000),
    "GET /survey/NAME?plan=gold": (get("/survey/academy?plan=gold"), 400_000),
    "GET /s/TOKEN/9": (link, 400_000),
    "GET /survey/thanks": (get("/survey/thanks"), 400_000),
    "a page that is not there": (get("/nothing"), 400_000),
}
"""What is sent, and the most that each request of it should cost."""


def batched(requests: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    """So many at a time, as `itertools.batched` does from Python 3.12 on."""
    left = iter(requests)
    while batch := list(islice(left, size)):
        yield batch


def read_answer(connection: socket.socket, request: bytes) -> None:
    """Reads the whole answer to the request."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    missing = int(length[1]) - len(body) if length else 0
    while missing > 0:
        missing -= len(connection.recv(65_536))
    status = int(head.split(b" ", 2)[1])
    assert status < 400 or b"GET /nothing" in request, f"answered {status}"


def instructions(requests: Requests, count: int) -> int:
    """What the program executes from its start to its end with so many requests in between."""
    with tempfile.TemporaryDirectory(prefix="nps-bench-") as name:
        directory = Path(name)
        surveys = directory / "surveys"
        surveys.mkdir()
        # Every JSON document is YAML.
        survey = {"brand": "Academy", "parameters": ["plan"], "languages": {"en": {"send": "Go"}}}
        (surveys / "academy.yaml").write_text(json.dumps(survey))
        settings = {
            "log": {"level": "info"},
            # Delivery, to an API that is away, would be counted as well.
            "planhat": {"requests-per-minute": 1},
            "survey": {"link-keys": [f"k:{KEY}"]},
            "surveys": {"directory": str(surveys)},
            "webhooks": {"typeform": {"secrets": [TYPEFORM.secret]}},
        }
        output = directory / "callgrind.out"
        callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={output}", "--combine-dumps=yes"]
        with Deployment(directory, settings) as deployment:
            deployment.start_serve(callgrind)
            address = ("127.0.0.1", deployment.http_port)
            with ExitStack() as stack:
                open_connection = partial(socket.create_connection, address)
                connections = [stack.enter_context(open_connection()) for _ in range(CONNECTIONS)]
                for wave in batched(requests(deployment, count), CONNECTIONS):
                    pairs = list(zip(connections, wave, strict=False))
                    for connection, request in pairs:
                        connection.sendall(request)
                    for connection, request in pairs:
                        read_answer(connection, request)
            deployment.serve.stop()
        totals = re.findall(r"(?m)^(?:totals|summary): (\d+)", output.read_text())
        return int(totals[-1])


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy/bench --instructions", description=__doc__)
    parser.add_argument("loads", nargs="*", help="parts of their names; all without any (default)")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("Instructions are not counted: valgrind is not installed.")
        return 0
    print(f"{'instructions a request':<40}{'counted':>14}{'goal':>14}{'÷':>8}", flush=True)
    for name, (requests, goal) in LOADS.items():
        if options.loads and not any(part in name for part in options.loads):
            continue
        count = (instructions(requests, MANY) - instructions(requests, FEW)) // (MANY - FEW)
        print(f"{name:<40}{count:>14,}{goal:>14,}{count / goal:>8.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
