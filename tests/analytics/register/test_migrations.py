"""The register's tables: made by steps, the same as declared, and a register of before is taken over with its rows."""

import datetime as dt
import pickle
import subprocess
import sys
from contextlib import closing

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import analytics.access.tables  # declares its table
import analytics.access_log.tables  # declares its tables
import analytics.adjudication.tables
import analytics.agents.tables
import analytics.alerts.tables
import analytics.cases.tables
import analytics.vault.tables
from analytics.audits.tables import DRAWS, RESULTS, VISITS
from analytics.register import METADATA, RegisterError, open_database
from analytics.register.database import open_engine
from analytics.register.migrating import MIGRATIONS, STEPS, step_of

DAY = dt.date(2026, 8, 17)
NOW = dt.datetime(2026, 8, 18, 3, 0, 0)  # noqa: DTZ001 - the register's times are naive UTC
DRAW = {
    "id": "d20260818-1", "dataset": "pilot", "snapshot": "s1", "period": "2026-Q2", "programmes": ["BPNT", "PKH"],
    "seed": 2**40, "frame_date": DAY, "made_at": NOW, "visits": 1, "random_share": 0.3, "score_groups": 5,
    "score_source": "decile",
}  # fmt: skip
VISIT = {
    "code": "35.10.01-0001-KX", "draw": DRAW["id"], "number": 1, "family_id": "f1", "village": "35.10.01.2001",
    "district": "35.10.01", "frame": "receivers", "stratum": "receivers/35.10.01/1", "stratum_size": 40,
    "stratum_visits": 1, "inclusion_probability": 0.025, "checker": "P01", "visited_on": DAY, "welfare": 5e5,
    "returned_at": NOW,
}  # fmt: skip
RESULT = {"code": VISIT["code"], "programme": "BPNT", "entitled": None}
ROWS = {DRAWS: DRAW, VISITS: VISIT, RESULTS: RESULT}
AUDITS = list(ROWS)
LATER = ("agent_", "alert")
"""What the tables of the steps after the access log's begin with."""


def differences(settings):
    engine = open_engine(settings)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA)
    engine.dispose()
    return found


def test_the_steps_make_what_the_tables_declare(register_settings):
    open_database(register_settings).close()
    assert differences(register_settings) == []


def test_a_register_of_before_the_steps_is_taken_over_with_its_rows(register_settings):
    engine = open_engine(register_settings)
    with engine.begin() as connection:
        METADATA.create_all(connection, tables=AUDITS)
        for table, row in ROWS.items():
            connection.execute(table.insert(), row)
    engine.dispose()
    for _ in range(2):
        with closing(open_database(register_settings)) as database:
            for table, row in ROWS.items():
                (kept,) = database.frame(sa.select(table)).to_dict("records")
                assert kept == row
    assert differences(register_settings) == []


def test_a_register_of_the_step_before_keeps_its_rows_when_the_access_log_is_added(register_settings):
    open_database(register_settings).close()
    engine = open_engine(register_settings)
    with engine.begin() as connection:
        for table, row in ROWS.items():
            connection.execute(table.insert(), row)
        for table in reversed(METADATA.sorted_tables):
            if table.name == "access_log" or table.name.startswith(LATER):
                table.drop(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("DROP FUNCTION access_log_is_append_only, access_log_goes_on"))
        before = sa.text("UPDATE alembic_version SET version_num = :step")
        connection.execute(before, {"step": STEPS[STEPS.index("0005") - 1]})
    engine.dispose()
    with closing(open_database(register_settings)) as database:
        for table, row in ROWS.items():
            assert database.frame(sa.select(table)).to_dict("records") == [row]
        assert database.frame(sa.select(analytics.access_log.tables.LOG)).empty
    assert differences(register_settings) == []


def test_a_register_of_the_step_before_keeps_its_rows_when_the_alerts_are_added(register_settings):
    open_database(register_settings).close()
    engine = open_engine(register_settings)
    with engine.begin() as connection:
        for table, row in ROWS.items():
            connection.execute(table.insert(), row)
        for table in reversed(METADATA.sorted_tables):
            if table.name.startswith("alert"):
                table.drop(connection)
        before = sa.text("UPDATE alembic_version SET version_num = :step")
        connection.execute(before, {"step": STEPS[STEPS.index("0007") - 1]})
    engine.dispose()
    with closing(open_database(register_settings)) as database:
        for table, row in ROWS.items():
            assert database.frame(sa.select(table)).to_dict("records") == [row]
        assert database.frame(sa.select(analytics.alerts.tables.ALERTS)).empty
    assert differences(register_settings) == []


def test_a_register_that_was_left_half_made_is_completed(register_settings):
    engine = open_engine(register_settings)
    with engine.begin() as connection:
        METADATA.create_all(connection, tables=[DRAWS])
    engine.dispose()
    open_database(register_settings).close()
    assert differences(register_settings) == []


def test_processes_that_open_an_empty_register_at_once_all_open_it(register_settings):
    code = (
        "import pickle, sys\nfrom analytics.register import open_database\n"
        "settings = pickle.loads(bytes.fromhex(sys.stdin.readline()))\nprint('ready', flush=True)\n"
        "sys.stdin.readline()\nopen_database(settings).close()\nprint('open')"
    )
    pickled = pickle.dumps(register_settings).hex()
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in started:
        process.stdin.write(f"{pickled}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
    for process in started:  # all are loaded: now at once
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=120)[0] for process in started] == ["open\n"] * 4
    assert differences(register_settings) == []


def test_a_register_of_a_later_version_is_left_alone(register_settings):
    with closing(open_database(register_settings)) as database, database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RegisterError, match="later version"):
        open_database(register_settings)


def test_what_fails_in_a_transaction_leaves_nothing_behind_not_even_a_change_of_tables(register_settings):
    def broken(database):
        with database.writing() as connection:
            connection.execute(sa.text("DROP TABLE case_events"))
            connection.execute(DRAWS.insert(), DRAW)
            raise RuntimeError

    with closing(open_database(register_settings)) as database:
        with pytest.raises(RuntimeError):
            broken(database)
        assert database.frame(sa.select(DRAWS)).empty
    assert differences(register_settings) == []


def test_the_steps_are_one_line_and_the_last_is_the_newest():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(steps)) == STEPS


def test_an_empty_register_has_been_through_no_step(register_settings):
    engine = open_engine(register_settings)
    with engine.connect() as connection:
        assert step_of(connection) == ""
    engine.dispose()
    assert analytics.cases.tables.CASES.metadata is METADATA
