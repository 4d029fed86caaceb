"""Training from batches: the same model wherever a batch ends, in memory and from disk."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xgboost

from analytics.risk.batches import MEMORY, Batch, boost, in_memory, stored
from analytics.risk.inputs import INPUTS, directions
from analytics.risk.model import ENTITLED, PARAMETERS, WELFARE, Ensembles, learn, train
from tests.analytics.risk.conftest import made

ROUNDS = 40


@pytest.fixture(scope="module")
def families():
    return made(12_000, seed=3)


@pytest.fixture(scope="module")
def whole(families):
    return in_memory(families.inputs, families.entitled.astype(np.float32), families.weight, names=INPUTS)


def cut(whole, count):
    (rows,) = whole.read()
    parts = np.array_split(np.arange(whole.rows), count)
    batches = [Batch(inputs=rows.inputs[p], label=rows.label[p], weight=rows.weight[p]) for p in parts]
    return replace(whole, read=lambda: iter(batches))


def margins(booster, families):
    return Ensembles(boosters={ENTITLED: booster}).margins(families.inputs)[:, 0]


@pytest.mark.parametrize(("count", "memory"), [(1, MEMORY), (7, MEMORY), (1, 1), (7, 1)])
def test_many_batches_and_a_cache_on_disk_give_xgboosts_own_model(families, whole, count, memory, tmp_path):
    parameters = PARAMETERS | {"objective": "binary:logistic", "monotone_constraints": directions()}
    weight = families.weight / families.weight.mean()
    data = xgboost.QuantileDMatrix(families.inputs, label=families.entitled, weight=weight)
    plain = xgboost.train(parameters, data, num_boost_round=ROUNDS)
    expected = plain.predict(xgboost.DMatrix(families.inputs), output_margin=True)
    found = learn(cut(whole, count), ENTITLED, rounds=ROUNDS, memory=memory, scratch=tmp_path)
    np.testing.assert_allclose(margins(found, families), expected, atol=1e-5)
    assert expected.std() > 0.5
    assert list(tmp_path.iterdir()) == []  # the cache is gone


def test_training_in_memory_is_training_from_one_batch(families, whole):
    both = train(families.inputs, families.entitled, families.welfare, families.weight, rounds=ROUNDS)
    assert set(both.boosters) == {ENTITLED, WELFARE}
    alone = learn(whole, ENTITLED, rounds=ROUNDS)
    np.testing.assert_allclose(margins(both.boosters[ENTITLED], families), margins(alone, families), atol=1e-6)


def test_rows_of_a_file_are_learnt_as_those_in_memory(families, whole, tmp_path):
    frame = pd.DataFrame(families.inputs, columns=list(INPUTS))
    frame.assign(entitled=families.entitled, weight=families.weight).to_parquet(tmp_path / "f.parquet")
    read = stored(tmp_path / "f.parquet", names=INPUTS, label="entitled", weight="weight", batch_rows=5_000)
    assert (read.rows, [len(batch.label) for batch in read.read()]) == (12_000, [5_000, 5_000, 2_000])
    assert read.mean_weight == pytest.approx(families.weight.mean())
    found = margins(learn(read, ENTITLED, rounds=ROUNDS), families)
    np.testing.assert_allclose(found, margins(learn(whole, ENTITLED, rounds=ROUNDS), families), atol=1e-5)


def test_the_level_of_the_weights_says_nothing(families, whole):
    (rows,) = whole.read()
    heavy = in_memory(rows.inputs, rows.label, 64 * rows.weight, names=INPUTS)
    found = margins(learn(heavy, ENTITLED, rounds=ROUNDS), families)
    np.testing.assert_allclose(found, margins(learn(whole, ENTITLED, rounds=ROUNDS), families), atol=1e-5)


def test_rows_go_to_disk_beyond_the_memory_stated(whole, monkeypatch):
    used = []

    class Seen(xgboost.ExtMemQuantileDMatrix):
        def __init__(self, *args, **options):
            used.append("disk")
            super().__init__(*args, **options)

    monkeypatch.setattr(xgboost, "ExtMemQuantileDMatrix", Seen)
    learn(whole, ENTITLED, rounds=1, memory=whole.quantised_bytes)
    assert used == []
    learn(whole, ENTITLED, rounds=1, memory=whole.quantised_bytes - 1)
    assert used == ["disk"]


@pytest.mark.parametrize("memory", [MEMORY, 1])
def test_a_batch_that_cannot_be_read_stops_the_training(whole, memory, tmp_path):
    def torn():
        yield from whole.read()
        raise OSError("the file is torn")

    with pytest.raises(OSError, match="torn"):
        boost(replace(whole, read=torn), PARAMETERS, rounds=1, memory=memory, scratch=tmp_path)
    assert list(tmp_path.iterdir()) == []
