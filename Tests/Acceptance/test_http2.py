"""HTTP/2 over TLS: what HTTP/1.1 can, many requests at once, and no request lost at the end."""

import json
import secrets
import signal
import socket
import ssl
from collections.abc import Iterator

import h2.config
import h2.connection
import h2.events
import pytest
from hyperframe.frame import DataFrame, RstStreamFrame

from harness import canary, http2
from harness.browser import answer_form, browser
from harness.deployment import Deploy, Deployment
from harness.http2 import HTTP2, Answer, connect, deploy_securely, get, head
from harness.program import run_command
from harness.waiting import wait_until
from harness.webhook import fresh_response, sign

KIB = 1024
FORM = {"content-type": "application/x-www-form-urlencoded"}
OF_CONNECTIONS = {"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}

pytestmark = pytest.mark.usefixtures("secure_afterwards")


@pytest.fixture
def connection(secure: Deployment) -> Iterator[HTTP2]:
    with connect(secure) as opened:
        yield opened


def form(score: str) -> bytes:
    name = secrets.token_hex(6)
    return f"email={canary.address(name)}&score={score}&comment={canary.comment(name)}".replace("@", "%40").encode()


def delivery(deployment: Deployment) -> tuple[list[tuple[str, str]], bytes]:
    """A signed webhook."""
    body = json.dumps(fresh_response("h2")).encode()
    return head("POST", "/webhooks/standard", sign(deployment.secret, body)), body


# What is agreed on


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [(["h2"], "h2"), (["h2", "http/1.1"], "h2"), (["http/1.1", "h2"], "h2"), (["http/1.1"], "http/1.1"), ([], None)],
)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_http2_is_preferred_and_http1_is_what_clients_get_that_name_nothing(
    secure: Deployment, offered: list[str], agreed: str | None, version: ssl.TLSVersion
) -> None:
    assert secure.trusted
    context = http2.contexts(secure.trusted, offered)
    context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", secure.http_port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        assert connection.selected_alpn_protocol() == agreed
        if agreed != "h2":
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            assert connection.recv(KIB).startswith(b"HTTP/1.1 200 ")


def test_the_programs_that_people_use_speak_it(secure: Deployment) -> None:
    address = f"https://127.0.0.1:{secure.http_port}/survey"
    options = ["-sk", "-o", "/dev/null", "-w", "%{http_version} %{http_code}"]
    assert run_command("curl", "--http2", *options, address).stdout == "2 200"
    assert run_command("curl", "--http1.1", *options, address).stdout == "1.1 200"


def test_who_offers_nothing_that_is_spoken_is_told_so(secure: Deployment) -> None:
    """By the alert of RFC 7301, in both versions of TLS; also when the first message is larger than a packet."""
    target = ["-connect", f"127.0.0.1:{secure.http_port}"]
    for version in ("-tls1_2", "-tls1_3"):
        for offered in ("spdy/3", "h2c,http/1.0", ",".join(f"{number:0100}" for number in range(100))):
            result = run_command("openssl", "s_client", version, "-alpn", offered, *target)
            assert result.returncode != 0 and "no application protocol" in result.stderr
        result = run_command("openssl", "s_client", version, "-alpn", "spdy/3,http/1.1", *target)
        assert "ALPN protocol: http/1.1" in result.stdout


def test_a_browser_speaks_it(secure: Deployment) -> None:
    with browser(scripts=True) as driver:
        name = secrets.token_hex(6)
        address = f"https://localhost:{secure.http_port}/survey"
        text = answer_form(driver, address, canary.address(name), 9, canary.comment(name))
        assert "Thank you" in text
        script = "return performance.getEntriesByType('navigation')[0].nextHopProtocol"
        assert driver.execute_script(script) == "h2"


def test_a_strict_client_has_nothing_to_object(secure: Deployment) -> None:
    """The state machine of Python's `h2` refuses what a server must not send."""
    assert secure.trusted
    context = http2.contexts(secure.trusted, ["h2"])
    client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
    statuses: dict[int, str] = {}
    ended: set[int] = set()
    with (
        socket.create_connection(("127.0.0.1", secure.http_port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        client.initiate_connection()
        expected = {}
        for path, status in [("/survey", "200"), ("/livez", "200"), ("/nowhere", "404"), ("/s/unknown", "404")]:
            for method in ("GET", "HEAD"):
                stream = client.get_next_available_stream_id()
                client.send_headers(stream, head(method, path), end_stream=True)
                expected[stream] = status
        while ended != set(expected):
            connection.sendall(client.data_to_send())
            for event in client.receive_data(connection.recv(65_536)):
                assert not isinstance(event, h2.events.ConnectionTerminated | h2.events.StreamReset)
                match event:
                    case h2.events.ResponseReceived():
                        fields = {str(name): str(value) for name, value in event.headers}
                        statuses[event.stream_id] = fields[":status"]
                    case h2.events.DataReceived():
                        client.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    case h2.events.StreamEnded():
                        ended.add(event.stream_id)
    assert statuses == expected


def test_without_tls_its_preface_is_no_request(deploy: Deploy) -> None:
    deployment = deploy()
    deployment.start()
    with socket.create_connection(("127.0.0.1", deployment.http_port)) as connection:
        connection.sendall(http2.PREFACE)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 400 ")


# Requests


def test_pages_and_probes(secure: Deployment, connection: HTTP2) -> None:
    page = connection.fetch(get("/survey"))
    assert page.status == 200 and page.body.startswith(b"<!doctype html>")
    # Each page has an id of its own.
    assert len(page.body) == len(secure.get("/survey").body)
    assert not OF_CONNECTIONS & page.headers.keys()
    assert {"strict-transport-security", "date", "content-length"} <= page.headers.keys()
    asked = connection.fetch(head("HEAD", "/survey"))
    assert asked.status == 200 and asked.body == b"" and asked.reset is None
    assert asked.headers["content-length"] == str(len(page.body))
    assert connection.fetch(get("/livez")).status == 200


@pytest.mark.parametrize(
    ("fields", "body", "status"),
    [
        (get("/nowhere"), b"", 404),
        (head("PUT", "/survey"), b"", 405),
        (head("POST", "/survey", FORM), b"score=11", 422),
        (head("POST", "/webhooks/standard"), b"{}", 401),
        (head("POST", "/webhooks/unknown"), b"{}", 404),
        (head("POST", "/survey", FORM | {"content-encoding": "gzip"}), b"x", 415),
        (get("/" + "a" * 3_000), b"", 414),
        (head("GET", "/livez", {"x-long": "a" * 9_000}), b"", 431),
        (head("HEAD", "/livez", {"x-long": "a" * 9_000}), b"", 431),
        (get("/livez") + [(f"x-{number}", "a") for number in range(120)], b"", 431),
        (get("/livez") + [(f"x-{number}", "a" * 500) for number in range(40)], b"", 431),
        (head("GET", "/livez", {"host": "elsewhere"}), b"", 400),
        (head("GET", "/livez", {"host": "LOCALHOST"}), b"", 200),
        (head("GET", "/livez", {":authority": "user@localhost"}), b"", 400),
        (head("GET", "livez"), b"", 400),
        (head("GET", "*"), b"", 400),
        (head("GET", "/livez#top"), b"", 400),
        ([(":method", "CONNECT"), (":authority", "localhost:443")], b"", 400),
        ([(":method", "GET"), (":scheme", "https"), (":path", "/livez")], b"", 400),
        ([(":method", "GET"), (":scheme", "https"), (":path", "/livez"), ("host", "a")], b"", 200),
    ],
)
def test_each_request_is_answered_as_on_http1(
    connection: HTTP2, fields: list[tuple[str, str]], body: bytes, status: int
) -> None:
    # The server's limit for heads holds from the moment that its settings are acknowledged.
    assert connection.fetch(get("/livez")).status == 200
    answer = connection.fetch(fields, body)
    assert answer.status == status
    assert answer.is_whole and answer.reset is None
    assert not OF_CONNECTIONS & answer.headers.keys()
    assert connection.fetch(get("/livez")).status == 200, "the connection was lost with it"


def test_a_form_and_a_delivery_are_kept(secure: Deployment, connection: HTTP2) -> None:
    before = secure.books()["accepted"]
    answer = connection.fetch(head("POST", "/survey", FORM), form("9"))
    assert answer.status == 303 and answer.headers["location"].startswith("/survey/thanks")
    accepted = connection.fetch(*delivery(secure))
    assert accepted.status == 200 and json.loads(accepted.body)["status"] == "accepted"
    assert secure.books()["accepted"] == before + 2


def test_a_hundred_requests_at_once(secure: Deployment, connection: HTTP2) -> None:
    """Each body is begun before any is finished, so that all streams are open at the same time."""
    assert connection.fetch(get("/livez")).status == 200
    before = secure.books()["accepted"]
    deliveries = [delivery(secure) for _ in range(100)]
    streams = [connection.begin(fields) for fields, _ in deliveries]
    for stream, (_, body) in zip(streams, deliveries, strict=True):
        connection.send(DataFrame(stream, body[:10]))
    for stream, (_, body) in zip(streams, deliveries, strict=True):
        connection.send(DataFrame(stream, body[10:], flags=["END_STREAM"]))
    assert {connection.answer(stream).status for stream in streams} == {200}
    assert secure.books()["accepted"] == before + 100


def post_forms(client: HTTP2) -> list[int]:
    return [client.request(head("POST", "/survey", FORM), b"score=11") for _ in range(50)]


def test_a_client_that_is_rate_limited_keeps_its_connection(deploy: Deploy) -> None:
    deployment = deploy_securely(deploy)
    with connect(deployment) as client:
        statuses = {0}
        while statuses <= {0, 422}:
            statuses = {client.answer(stream).status for stream in post_forms(client)}
        assert statuses <= {422, 429}
        assert client.fetch(get("/livez")).status == 200


def test_a_body_is_asked_for(connection: HTTP2) -> None:
    body = form("9")
    expecting = {"expect": "100-continue", "content-length": str(len(body))}
    stream = connection.begin(head("POST", "/survey", FORM | expecting))
    connection.read(lambda: bool(connection.answers[stream].heads))
    assert connection.answers[stream].status == 100
    connection.send(DataFrame(stream, body, flags=["END_STREAM"]))
    assert connection.answer(stream).status == 303
    # One that is refused for its head is not.
    refused = connection.begin(head("POST", "/webhooks/standard", expecting))
    assert [heads[":status"] for heads in connection.answer(refused).heads] == ["401"]


def answer_and_reset(connection: HTTP2, stream: int) -> Answer:
    """What comes on a stream that its client doesn't end."""
    answer = connection.answers[stream]
    connection.read(lambda: answer.reset is not None)
    return answer


@pytest.mark.parametrize(
    ("path", "more", "sent", "status"),
    [
        ("/survey", FORM | {"content-length": "10000000"}, 10, 413),
        ("/survey", FORM, 300 * KIB, 413),
        ("/nowhere", {}, 10, 404),
        ("/webhooks/standard", {}, 10, 401),
    ],
)
def test_what_is_refused_needs_no_end(
    connection: HTTP2, path: str, more: dict[str, str], sent: int, status: int
) -> None:
    """Answered whole, and then reset without an error (RFC 9113 §8.1): nothing more is wanted."""
    stream = connection.begin(head("POST", path, more))
    answer = connection.answers[stream]
    for _ in range(0, sent, 10 * KIB):
        # Never more than the window, which is given back as the server reads.
        connection.send(DataFrame(stream, b"a" * min(sent, 10 * KIB)))
        connection.fetch(get("/livez"))
        if answer.is_over:
            break
    answer = answer_and_reset(connection, stream)
    assert (answer.status, answer.is_whole, answer.reset) == (status, True, http2.NO_ERROR)
    assert connection.fetch(get("/livez")).status == 200


@pytest.mark.parametrize(
    "fields",
    [
        head("GET", "/livez", {"connection": "close"}),
        head("GET", "/livez", {"transfer-encoding": "chunked"}),
        head("GET", "/livez", {"te": "gzip"}),
        head("GET", "/livez", {"upgrade": "h2c"}),
        head("GET", "/livez", {"X-Upper": "a"}),
        head("GET", "/livez", {"x-y": "a\r\nx-z: b"}),
        head("GET", "/livez", {"x-y": "a\0"}),
        head("GET", "/livez", {"x-y": "a\x0bb"}),
        head("GET", "/livez", {"x y": "a"}),
        get("/livez\r\nx: y"),
        get("/livez\0"),
        get(""),
        head("GET", "/livez", {":authority": "a\r\nx: y"}),
        head("G T", "/livez"),
        head("GET", "/livez", {":status": "200"}),
        head("GET", "/livez", {":unknown": "a"}),
        head("CONNECT", "/livez", {":protocol": "websocket"}),
        get("/livez")[1:],
        get("/livez") + get("/livez"),
        [("x-first", "a"), *get("/livez")],
        [*get("/livez"), ("content-length", "0"), ("content-length", "0")],
        [*get("/livez"), ("content-length", "5")],
        [*get("/livez"), ("content-length", "-1")],
    ],
)
def test_a_malformed_head_ends_its_stream_alone(connection: HTTP2, fields: list[tuple[str, str]]) -> None:
    answer = connection.fetch(fields)
    assert (answer.heads, answer.reset) == ([], http2.PROTOCOL_ERROR)
    assert connection.fetch(get("/livez")).status == 200


def test_a_body_that_is_not_as_long_as_it_says_is_not_taken(secure: Deployment, connection: HTTP2) -> None:
    before = secure.books()["accepted"]
    for length, is_ended in [(1_000, True), (5, False)]:
        stream = connection.begin(head("POST", "/survey", FORM | {"content-length": str(length)}))
        flags = ["END_STREAM"] if is_ended else []
        connection.send(DataFrame(stream, form("9"), flags=flags))
        answer = connection.answer(stream)
        assert (answer.heads, answer.reset) == ([], http2.PROTOCOL_ERROR)
    assert secure.books()["accepted"] == before


@pytest.mark.parametrize("way", ["the connection", "the stream"])
def test_half_a_form_is_no_form(secure: Deployment, way: str) -> None:
    """What has come could be read as a whole form with another score."""
    before = secure.books()["accepted"]
    half = form("1")
    with connect(secure) as client:
        stream = client.begin(head("POST", "/survey", FORM))
        client.send(DataFrame(stream, half))
        # Whatever was sent before this has been read.
        assert client.fetch(get("/livez")).status == 200
        if way == "the stream":
            client.send(RstStreamFrame(stream, http2.CANCEL))
            assert client.fetch(get("/livez")).status == 200
    assert secure.get("/survey").status == 200
    assert secure.books()["accepted"] == before
    assert "unexpected error" not in secure.serve.log.read_text()


# The end


def test_no_request_is_lost_when_the_collector_stops(deploy: Deploy) -> None:
    deployment = deploy_securely(deploy)
    with connect(deployment) as client:
        fields, body = delivery(deployment)
        slow = client.begin(fields)
        client.send(DataFrame(slow, body[:20]))
        assert client.fetch(get("/livez")).status == 200
        requests = [client.prepare(*delivery(deployment)) for _ in range(50)]
        sent = [stream for stream, _ in requests]
        deployment.serve.signal(signal.SIGTERM)
        # A client that hasn't heard of it goes on; `read` is what hears.
        client.send(*(frame for _, frames in requests for frame in frames))
        client.read(lambda: bool(client.goodbyes))
        assert client.goodbyes[0].last_stream_id == http2.LAST_POSSIBLE_STREAM
        assert client.goodbyes[0].error_code == http2.NO_ERROR
        client.read(lambda: len(client.goodbyes) == 2)
        last = client.goodbyes[1].last_stream_id
        assert last == max(sent), "a request that was on its way would not be answered"
        client.send(DataFrame(slow, body[20:], flags=["END_STREAM"]))
        client.await_close()
        assert {client.answers[stream].status for stream in [slow, *sent]} == {200}
        assert all(client.answers[stream].is_whole for stream in [slow, *sent])
    assert deployment.serve.wait() == 0
    deployment.start_serve()
    assert deployment.books()["accepted"] == 51


def test_a_client_that_never_hears_of_the_end_is_not_waited_for(deploy: Deploy) -> None:
    deployment = deploy_securely(deploy)
    with connect(deployment, is_polite=False) as client:
        assert client.fetch(get("/livez")).status == 200
        deployment.serve.signal(signal.SIGTERM)
        client.await_close()
        assert [goodbye.error_code for goodbye in client.goodbyes] == [http2.NO_ERROR] * 2
        assert client.goodbyes[-1].last_stream_id == 1
    assert deployment.serve.wait() == 0


def test_both_protocols_are_counted(secure: Deployment) -> None:
    def counted(version: str) -> float:
        page = run_command("curl", "-s", f"http://127.0.0.1:{secure.admin_port}/metrics").stdout
        label = f'nps_edge_connections_ready_total{{listener="public",protocol="{version}"}} '
        return float(next(line.removeprefix(label) for line in page.splitlines() if line.startswith(label)))

    before = counted("http1"), counted("http2")
    with connect(secure) as client:
        assert client.fetch(get("/livez")).status == 200
    assert secure.get("/livez").status == 200
    wait_until(lambda: (counted("http1"), counted("http2")) == (before[0] + 1, before[1] + 1), "both to be counted")
