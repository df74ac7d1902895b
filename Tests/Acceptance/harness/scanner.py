"""A mail scanner: it opens every link of a mailing, with every score, with GET and HEAD, again and again."""

import threading
from collections.abc import Sequence

from harness.deployment import Deployment
from harness.http1 import Answer, connect

WORKERS = 6
ENDINGS = ("", *(f"/{score}" for score in range(11)))


def scan(deployment: Deployment, tokens: Sequence[str], rounds: int) -> int:
    """Gives the number of requests; fails unless each was answered with the form and headers that tell nothing."""
    counts: list[int] = []
    problems: list[str] = []

    def work(part: Sequence[str]) -> None:
        connection = connect(deployment.http_port)
        count = 0
        for token in part:
            for ending in ENDINGS * rounds:
                for method in ("HEAD", "GET"):
                    connection.request(method, f"/s/{token}{ending}")
                    answer = Answer.read(connection.getresponse())
                    private = (answer.headers["referrer-policy"], answer.headers["cache-control"])
                    if (answer.status, *private) != (200, "no-referrer", "no-store"):
                        problems.append(f"{method} {ending}: {answer.status} {private}")
                    count += 1
        connection.close()
        counts.append(count)

    threads = [threading.Thread(target=work, args=(tokens[worker::WORKERS],)) for worker in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems, problems[:3]
    assert len(counts) == WORKERS, "a worker was broken off"
    return sum(counts)
