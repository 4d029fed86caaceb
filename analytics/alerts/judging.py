"""When an alert fires: the whole by its threshold, regions together so that not one of 25 does so by chance.

The rule. The whole data set fires where its figure is past the threshold: a count in full as it stands, an estimate
with its whole 95 % interval. A region fires where, besides, it is past the threshold for more than chance: of all
regions of a level, those are named whose false discovery rate is at most 2.5 % (one side; Benjamini & Hochberg), by an
exact binomial test of a count and by the interval of an estimate. Regions of fewer than 30 rows, and those where the
alert would tell a count of 1 to 9, are never named. A level of one region is the whole, and is not looked at twice. An
alert that is open stays open by the figure alone (`observation.RELEASE`).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from analytics.alerts.multiplicity import rejected
from analytics.alerts.observation import Observation


def judged(observations: Sequence[Observation]) -> list[Observation]:
    """Return the observations of one alert, each firing only where it does so among all of its level."""
    found = list(observations)
    levels: dict[int, list[int]] = defaultdict(list)
    for place, each in enumerate(found):
        if each.p is not None:
            levels[each.area.count(".") if each.area else -1].append(place)
    for places in levels.values():
        sure = rejected([found[place].p or 0.0 for place in places])
        for place, is_sure in zip(places, sure, strict=True):
            found[place] = replace(found[place], fires=found[place].fires and is_sure)
    return found
