"""Marts and measures are written for every engine: each compiles for PostgreSQL and Spark."""

from types import SimpleNamespace

import ibis
import ibis.backends.sql.compilers.pyspark as spark
import pytest

from analytics.marts import Context, build
from analytics.metrics import METRICS, Filters, measure
from analytics.metrics.scope import scope

ENGINES = ("duckdb", "postgres", "pyspark")


@pytest.fixture(autouse=True)
def _spark_options(monkeypatch):
    """Ibis reads this option from its Spark backend, which needs a Spark; the compiler needs the option alone."""
    monkeypatch.setattr(spark, "options", SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False)))


@pytest.mark.parametrize("engine", ENGINES)
def test_every_mart_compiles(pilot, engine):
    tables = {name: pilot.table(name) for name in pilot.names("tables")}
    made = dict(build(tables, Context(offset_hours=7, until=pilot.manifest.data_until)))
    assert len(made) >= 9
    for expression in made.values():
        assert "SELECT" in ibis.to_sql(expression, dialect=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_measure_compiles(pilot, engine, monkeypatch):
    seen = []
    run = type(pilot).run
    monkeypatch.setattr(
        type(pilot),
        "run",
        lambda self, expression: seen.append(ibis.to_sql(expression, dialect=engine)) or run(self, expression),
    )
    filters = Filters(area="35.10", programme=scope(pilot).programmes[0], channel="agent")
    for metric in METRICS.values():
        measure(pilot, metric, filters, by=["district"])
    assert len(seen) >= len(METRICS)
