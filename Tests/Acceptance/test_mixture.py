"""Good and bad payloads through two tools at once: every one accounted for."""

from harness.deployment import Deploy
from harness.mixture import CONFIGURATION, mixture


def test_every_payload_is_accounted_for(deploy: Deploy) -> None:
    outcome = mixture(deploy(CONFIGURATION), payloads=3_000)
    assert outcome.oddities == []
    assert outcome.reckoning.is_clean, outcome
    assert outcome.books["delivered"] == outcome.reckoning.promised
    assert sum(outcome.answers.values()) == outcome.payloads
