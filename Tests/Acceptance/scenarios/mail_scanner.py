"""A mail scanner: it opens every link of a mailing, with every score, with GET and HEAD, again and again."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from harness.deployment import Deployment
from harness.http_client import HTTPResponse, connect

WORKERS = 6
ENDINGS = ("", *(f"/{score}" for score in range(11)))


def scan(deployment: Deployment, tokens: Sequence[str], rounds: int, endings: Sequence[str] = ENDINGS) -> int:
    """Returns the number of requests; fails unless each was answered with the form and headers that keep it private."""

    def work(part: Sequence[str]) -> int:
        connection = connect(deployment.http_port)
        count = 0
        try:
            for token in part:
                for ending in [*endings] * rounds:
                    for method in ("HEAD", "GET"):
                        connection.request(method, f"/s/{token}{ending}")
                        answer = HTTPResponse.read(connection.getresponse())
                        private = (answer.headers["referrer-policy"], answer.headers["cache-control"])
                        found = (answer.status, *private)
                        assert found == (200, "no-referrer", "no-store"), f"{method} {ending}: {found}"
                        count += 1
        finally:
            connection.close()
        return count

    with ThreadPoolExecutor(WORKERS) as pool:
        return sum(pool.map(work, [tokens[worker::WORKERS] for worker in range(WORKERS)]))
