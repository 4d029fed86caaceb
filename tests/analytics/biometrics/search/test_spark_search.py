"""The same search on a real local Spark."""

import shutil
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from analytics.biometrics.errors import FaceError
from analytics.biometrics.search import near_pairs
from analytics.biometrics.search.spark import join_on_spark
from analytics.biometrics.search.tiles import work_on

pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed; scripts/test-tools.sh installs it"),
    # PySpark leaves its own sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def monkey() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def spark(monkey):
    sql = pytest.importorskip("pyspark.sql")
    monkey.setenv("PYSPARK_PYTHON", sys.executable)
    monkey.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    options = {
        "spark.io.encryption.enabled": "true",
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
        "spark.python.worker.reuse": "true",
    }
    session = sql.SparkSession.builder.master("local[2]").config(map=options).getOrCreate()
    yield session
    session.stop()


def test_spark_finds_the_same_pairs(spark, faces, same, tmp_path):
    found = join_on_spark(spark, faces, limit=0.9, folder=tmp_path, size=1200)
    assert same(found, near_pairs(faces, limit=0.9))
    assert len(list(tmp_path.rglob("*.parquet"))) == 6


def test_spark_goes_on_where_another_stopped(spark, faces, same, tmp_path):
    with work_on(faces, limit=0.9, folder=tmp_path, size=1200) as work:
        for tile in work.pending()[:4]:
            work.finish(tile, *(work.job.cut(faces, number) for number in tile))
    finished = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    assert same(join_on_spark(spark, faces, limit=0.9, folder=tmp_path, size=1200), near_pairs(faces, limit=0.9))
    assert all(path.stat().st_mtime_ns == at for path, at in finished.items())


def test_templates_that_cannot_be_searched(spark, tmp_path):
    with pytest.raises(FaceError, match="not finite"):
        join_on_spark(spark, np.full((4, 4), np.nan, np.float32), limit=1.0, folder=tmp_path)


def test_a_session_that_writes_in_the_clear_is_refused(faces, tmp_path):
    class Conf:
        def get(self, _name: str, default: str) -> str:
            return default

    class Session:
        sparkContext = property(lambda self: self)  # noqa: N815 - Spark's name

        def getConf(self) -> Conf:  # noqa: N802 - Spark's name
            return Conf()

    with pytest.raises(FaceError, match="in the clear"):
        join_on_spark(Session(), faces, limit=0.9, folder=tmp_path)
    assert not list(tmp_path.iterdir())
