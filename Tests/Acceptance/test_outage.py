"""What people answer while the API is away arrives once it is back."""

from harness.deployment import Deploy
from scenarios.outage import outage


def test_what_came_in_meanwhile_arrives_once(deploy: Deploy) -> None:
    result = outage(deploy(), responses=200, away_seconds=60)
    assert result.comparison.is_clean, result
    assert result.comparison.arrived == result.books["delivered"] == 200
    assert result.unexpected == []
