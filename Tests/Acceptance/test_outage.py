"""The API is away for a while; people go on answering."""

from harness.deployment import Deploy
from harness.trials import outage


def test_what_came_in_meanwhile_arrives_once(deploy: Deploy) -> None:
    trial = outage(deploy(), responses=200, away_seconds=60)
    assert trial.reckoning.is_clean, trial
    assert trial.reckoning.arrived == trial.books["delivered"] == 200
    assert trial.oddities == []
