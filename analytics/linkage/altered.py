"""Records that were altered on purpose: what to expect of them before any was seen."""

from analytics.linkage.model import FieldParameters, LevelParameters, RecordModel

START = {"birth": 0.5, "place": 0.5, "sex": 0.95}
"""Share of altered records whose strongest level is as in the first record (assumed); any other field says nothing."""


def altered_start(model: RecordModel) -> RecordModel:
    """Return a model of altered records to begin with.

    The strongest level of the fields in `START` has that share and the others keep their proportions by chance; in
    every other field two records of one person agree no more than two people's do.

    Args:
        model: Of kept records; its u are taken over.
    """
    fields = tuple(FieldParameters(name=field.name, levels=_levels(field)) for field in model.fields)
    return model.model_copy(update={"fields": fields})


def _levels(field: FieldParameters) -> tuple[LevelParameters, ...]:
    first, *others = field.levels
    share = START.get(field.name, first.u)
    left = (1 - share) / sum(level.u for level in others)
    return (
        first.model_copy(update={"m": share}),
        *(level.model_copy(update={"m": level.u * left}) for level in others),
    )
