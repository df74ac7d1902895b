"""Whatever the network, the API and a kill of the collector can do, all at once."""

from typing import Any

import pytest

from harness.deployment import Deploy
from scenarios.chaos import BATCH, SAMPLES, chaos

OVERLAP = {"overlap-window": 300, "post-duplicate": "duplicate"}
"""Two upserts at a time would make two records, and so would a second `POST` of one `sourceId`."""


@pytest.mark.parametrize(
    ("responses", "seconds", "behaviour"),
    [pytest.param(20_000, 150, {}, id="20000"), pytest.param(4_000, 60, OVERLAP, id="overlaps-duplicate")],
)
def test_each_response_is_there_once_with_its_newest_content(
    deploy: Deploy, responses: int, seconds: float, behaviour: dict[str, Any]
) -> None:
    deployment = deploy({"planhat": {"batch-size": BATCH}, "log": {"level": "info"}})
    result = chaos(deployment, responses, seconds, seed=responses, behaviour=behaviour, note=print)
    assert result.is_clean, result
    assert result.comparison.promised == responses
    assert result.interruptions > 0, "nothing was ever cut off, so the kills proved nothing"
    assert result.samples > SAMPLES
    if not behaviour:
        assert result.least_requests >= 80, "too few were left to count the requests for them"
        assert result.is_economical, result
