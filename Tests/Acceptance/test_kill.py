"""The promise, under the hardest test a process can be put to."""

from harness.deployment import Deploy
from harness.trials import storm

SEED = 20_260_801


def test_nothing_acknowledged_is_lost_or_doubled_by_kill_9(deploy: Deploy) -> None:
    deployment = deploy({"planhat": {"batch-size": 500}, "log": {"level": "info"}})
    trial = storm(deployment, kills=50, seed=SEED)
    assert trial.reckoning.is_clean, trial
    assert trial.reckoning.promised > 2_000
    assert trial.interruptions >= 50, "no request was ever interrupted, so the kills proved nothing"
    assert trial.books["parked"] == trial.books["quarantined"] == 0
    assert trial.oddities == []
