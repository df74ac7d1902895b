"""Nothing that was acknowledged is lost or duplicated when the collector is killed."""

from harness.deployment import Deploy
from scenarios.kills import kill_repeatedly

SEED = 20_260_801


def test_nothing_acknowledged_is_lost_or_duplicated_by_kill_9(deploy: Deploy) -> None:
    deployment = deploy({"planhat": {"batch-size": 500}, "log": {"level": "info"}})
    result = kill_repeatedly(deployment, kills=50, seed=SEED)
    assert result.comparison.is_clean, result
    assert result.comparison.promised > 2_000
    assert result.interruptions >= 50, "no request was ever interrupted, so the kills proved nothing"
    assert result.books["parked"] == result.books["quarantined"] == 0
    assert result.unexpected == []
