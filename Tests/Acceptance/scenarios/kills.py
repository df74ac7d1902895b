"""The collector is killed again and again while responses come in."""

import random
import time

from harness.deployment import Deployment
from harness.load import Load
from scenarios.load_result import LoadResult


def kill_repeatedly(deployment: Deployment, kills: int, seed: int) -> LoadResult:
    """Sends responses without a break and kills the collector (SIGKILL) `kills` times at random moments."""
    chance = random.Random(seed)
    begin = time.monotonic()
    deployment.start()
    with Load(deployment.http_port, deployment.secret, f"kills-{seed}") as load:
        for _ in range(kills):
            load.await_acknowledged(load.acknowledged + chance.randint(1, 150))
            # A random moment is the point here: often within a transaction, sometimes after a while of delivering.
            time.sleep(chance.random() ** 4)
            deployment.serve.kill()
            deployment.start_serve()
    return LoadResult.of(load, deployment, begin)
