"""Compares what was promised with what arrived."""

from collections import Counter
from dataclasses import dataclass

from harness.deployment import Deployment
from harness.load import Ledger, Promise


@dataclass(frozen=True)
class Reckoning:
    """Nothing may be missing, doubled or different. More than was promised may arrive: an answer can get lost."""

    promised: int
    arrived: int
    missing: int
    doubled: int
    different: int

    @classmethod
    def of(cls, ledger: Ledger, deployment: Deployment) -> "Reckoning":
        counts: Counter[str] = Counter()
        contents: dict[str, Promise] = {}
        for record in deployment.records():
            counts[record["sourceId"]] += 1
            contents[record["sourceId"]] = Promise(record["email"], record["nps"])
        promises = ledger.promises
        return cls(
            promised=len(promises),
            arrived=len(counts),
            missing=len(promises.keys() - counts.keys()),
            doubled=sum(1 for count in counts.values() if count > 1),
            different=sum(1 for key in promises.keys() & contents.keys() if promises[key] != contents[key]),
        )

    @property
    def is_clean(self) -> bool:
        return self.missing == self.doubled == self.different == 0
