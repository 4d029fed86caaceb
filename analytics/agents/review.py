"""A review of a snapshot: everything counted, judged and kept."""

from analytics.agents.cells import TABLES, count
from analytics.agents.judging import judge_agents
from analytics.agents.storing import AgentRegister, Review
from analytics.store import Warehouse


def review(warehouse: Warehouse, register: AgentRegister, *, level: float) -> Review:
    """Review every agent's work in a snapshot and keep what was found.

    Args:
        warehouse: The snapshot, whole.
        register: Where duplicates are read from and the review is kept.
        level: Highest expected share of innocent agents among the proposed, in (0, 1).

    Raises:
        AgentError: the data set has no applications that agents entered.
    """
    dataset = warehouse.manifest.dataset.name
    known = warehouse.names("tables")
    tables = {name: warehouse.table(name) for name in TABLES if name in known}
    counted = count(tables, warehouse.run, pairs=register.pairs(dataset))
    judged = judge_agents(counted.cells, level=level)
    return register.add_review(counted, judged, dataset=dataset, snapshot=warehouse.manifest.snapshot)
