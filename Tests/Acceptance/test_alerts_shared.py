"""Several collectors on one PostgreSQL tell what is true of their queue once, whoever forwards."""

import json
import secrets

import pytest

from harness.deployment import Deploy
from harness.fleet import new_fleet
from harness.postgres import Postgres, running_postgres
from harness.receiver import Receiver, in_order, metrics
from harness.waiting import wait_until
from harness.webhook import fresh_response


@pytest.mark.parametrize("is_frozen", [False, True])
def test_of_several_collectors_one_tells_also_when_another_takes_over(
    deploy: Deploy, receiver: Receiver, is_frozen: bool
) -> None:
    with (
        running_postgres(secrets.token_hex(12)) as postgres,
        new_fleet(deploy, [postgres], 2) as fleet,
    ):
        for member in fleet.members:
            settings = json.loads(member.deployment.config.read_text())
            member.deployment.config.write_text(json.dumps(settings | receiver.settings))
        fleet.start()
        leader = fleet.leader()
        other = next(member for member in fleet.members if member is not leader)
        await_watch(postgres, fleet.database)
        # What one that doesn't forward takes in, the other tells.
        assert other.deployment.post(fresh_response("wrong") | {"score": 11}).status == 422
        receiver.wait_for("NPSQuarantineGrowing standard began")
        if is_frozen:
            leader.freeze()
        else:
            leader.kill()
        wait_until(lambda: other.forwards, "the other to forward")
        wait_until(lambda: metrics(other.deployment, "nps_alerts_active")["NPSQuarantineGrowing"] == 1, "it to know")
        if is_frozen:
            leader.thaw()
        else:
            leader.start()
        wait_until(lambda: not metrics(leader.deployment, "nps_alerts_active")["NPSQuarantineGrowing"], "it to let go")
        entry = other.deployment.data("quarantine", "list")[0]["id"]
        assert other.deployment.run("quarantine", "discard", "--yes", str(entry)).returncode == 0
        receiver.wait_for("NPSQuarantineGrowing standard ended")
        assert in_order(receiver.events)
        assert [message["data"]["collector"] for message in receiver.messages] == [leader.name, other.name]
        # One that had told and was stopped in that moment hadn't written so.
        assert receiver.doubles <= 1


def await_watch(postgres: Postgres, database: str) -> None:
    """Waits until the collector that forwards has begun to watch: what is in quarantine before is no news."""
    query = "SELECT count(*) FROM nps.source_activity WHERE history IS NOT NULL"
    wait_until(lambda: postgres.sql(database, query).strip().endswith("1"), "the sources to be watched")
