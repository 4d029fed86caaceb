"""Whom the portal's decisions reach."""

import numpy as np

from analytics.simulator.decisions import Decisions

NEVER = np.datetime64("NaT", "s")


def test_out_of_reach_are_the_undecided_who_do_not_register_later():
    registered = [NEVER, "2026-01-05", "2026-07-14", "2026-01-05"]
    decided = [NEVER, NEVER, NEVER, "2026-08-01"]
    decisions = Decisions(
        application=np.array([-1, 0, 2, 1]),
        received=np.array(registered, dtype="datetime64[s]"),
        decided=np.array(decided, dtype="datetime64[s]"),
        eligible={},
        grounds={},
        truth_weight={},
        withdrawn=np.zeros(4, bool),
    )
    # The third registers after the day: to uphold a proposal for it would decide before it registered.
    assert decisions.out_of_reach(np.datetime64("2026-04-15", "s")).tolist() == [True, True, False, False]
