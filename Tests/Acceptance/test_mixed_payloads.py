"""Good and bad payloads through two tools at once: every one is accounted for."""

from harness.deployment import Deploy
from scenarios.mixed_payloads import CONFIGURATION, send_mixed_payloads


def test_every_payload_is_accounted_for(deploy: Deploy) -> None:
    result = send_mixed_payloads(deploy(CONFIGURATION), payloads=3_000)
    assert result.unexpected == []
    assert result.comparison.is_clean, result
    assert result.books["delivered"] == result.comparison.promised
    assert sum(result.answers.values()) == result.payloads
