"""Every way in which the portal's files can be damaged ends in a rule that names it; what is sound passes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from analytics.ingest.mapping import TableMapping, load_mapping
from analytics.ingest.pseudonyms import pseudonym_key
from analytics.ingest.reading import read_source
from analytics.ingest.shaping import shape, source_columns
from analytics.settings import Settings
from analytics.store import open_store
from tests.conftest import ROOT
from validation.errors import ExportError, GateError
from validation.gate import SHARES_SCHEMA, History, Limits, Room, Verdict, judge, refuse
from validation.suites import SUITES, all_rules

MAPPING = load_mapping(ROOT / "examples" / "banyuwangi.toml")
TABLES = {table.name: table for table in MAPPING.table}
SEVERITY = {rule.id: rule.severity for rule in all_rules()}

NOW = datetime(2026, 8, 17, 17)  # noqa: DTZ001 - UTC: midnight in Banyuwangi, the pilot's last day being over
FUTURE = datetime(2027, 5, 1)  # noqa: DTZ001
LONG_AGO = datetime(2025, 1, 2)  # noqa: DTZ001
ORPHAN_CARD = "3510011703129999"
"""Of the right form, and of nobody."""

Exports = dict[str, pl.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Corruption:
    """One damage to one row of one file."""

    rule: str
    """Id of the rule that must catch it."""
    what: str
    values: Mapping[str, Any]
    """Source column to what stands there instead: a value, an expression, or what the exports give."""
    row: Callable[[Exports], pl.Expr]
    """Rows that can be damaged like this."""

    @property
    def table(self) -> str:
        """The table that the file makes."""
        return self.rule.partition(".")[0]

    @property
    def name(self) -> str:
        """What a report says of it."""
        return f"{self.table}: {self.what}"


def corrupt(rule: str, what: str, /, row: Any = None, **values: Any) -> Corruption:
    """Return a damage; without `row`, any row can have it."""
    if not callable(row):
        condition = pl.lit(value=True) if row is None else row
        return Corruption(rule=rule, what=what, values=values, row=lambda _exports: condition)
    return Corruption(rule=rule, what=what, values=values, row=row)


def number(column: str, at: int, digits: str) -> pl.Expr:
    """Return the number with other digits from a position on."""
    text = pl.col(column).str
    return text.slice(0, at) + pl.lit(digits) + text.slice(at + len(digits))


def number_faults(rule: str, column: str) -> tuple[Corruption, ...]:
    """Return what can be wrong with a NIK or KK number."""

    def fault(code: str, what: str, value: pl.Expr) -> Corruption:
        return corrupt(f"{rule}.{code}", f"{column} {what}", **{column: value})

    return (
        fault("length", "of 15 digits", pl.col(column).str.slice(0, 15)),
        fault("length", "of 17 digits", pl.col(column) + "1"),
        fault("length", "with a letter", number(column, 15, "O")),
        fault("length", "with a space", number(column, 6, " ")),
        fault("length", "without any digit", pl.lit("tidak ada")),
        fault("region", "of province 00", number(column, 0, "00")),
        fault("region", "of province 99", number(column, 0, "99")),
        fault("region", "of regency 00", number(column, 2, "00")),
        fault("region", "of district 00", number(column, 4, "00")),
        fault("date", "of month 13", number(column, 8, "13")),
        fault("date", "of month 00", number(column, 8, "00")),
        fault("date", "of day 00", number(column, 6, "00")),
        fault("date", "of 31 February", number(column, 6, "310200")),
        fault("date", "of 29 February of a common year", number(column, 6, "290297")),
        fault("date", "of day 32", number(column, 6, "32")),
        fault("serial", "with serial 0000", number(column, 12, "0000")),
        fault("district", "of a district that does not exist", number(column, 4, "99")),
    )


DAY = pl.col("nik").str.slice(6, 2).cast(pl.Int64, strict=False)
NIK = pl.col("nik").str


def other_day(day: pl.Expr) -> pl.Expr:
    """Return the NIK with another day."""
    return NIK.slice(0, 6) + day.cast(pl.String).str.zfill(2) + NIK.slice(8)


def in_table(table: str, column: str) -> Callable[[Exports], pl.Expr]:
    """Return the condition that a row's `column` is in another file too."""
    return lambda exports: pl.col(column).is_in(exports[table][column].to_list())


def decided_eligible_only(exports: Exports) -> pl.Expr:
    """Return the condition that the portal pays for the period and found the family eligible, nothing else."""
    decisions = exports["decisions"].with_columns(pl.concat_str("no_kk", "program").alias("of"))
    eligible = decisions.filter(hasil="layak")["of"]
    refused = decisions.filter(hasil="tidak_layak")["of"]
    of = pl.concat_str("no_kk", "program")
    sound = of.is_in(eligible.to_list()) & ~of.is_in(refused.to_list())
    return sound & (pl.col("periode") >= "2026-Q1")


def nobody_decided_on(exports: Exports) -> str:
    """Return a family's card number that is in no decision."""
    cards = exports["families"]["no_kk"]
    return str(cards.filter(~cards.is_in(exports["decisions"]["no_kk"].to_list()))[0])


def first(*columns: str) -> dict[str, pl.Expr]:
    """Return the values of the first row: the damaged one repeats its key."""
    return {column: pl.col(column).first() for column in columns}


RESOLVED = pl.col("waktu_selesai").is_not_null() & pl.col("waktu_saring").is_not_null()
RANDOM = pl.col("alasan") == "acak"
SECOND = timedelta(seconds=1)
COMMON_YEAR = (pl.col("tanggal_lahir").dt.month() != 2) & (pl.col("tanggal_lahir").dt.year() < 2015)

CORRUPTIONS: tuple[Corruption, ...] = (
    *number_faults("families.family_id", "no_kk"),
    corrupt("families.family_id.date", "no_kk with a woman's day, which no card has", no_kk=number("no_kk", 6, "41")),
    corrupt("families.family_id.present", "no_kk empty", no_kk=None),
    corrupt("families.key.unique", "no_kk twice", **first("no_kk")),
    corrupt("families.village.known", "kode_desa that does not exist", kode_desa="35.10.99.2001"),
    corrupt(
        "families.village.known",
        "kode_desa without dots",
        kode_desa=pl.col("kode_desa").str.replace_all(".", "", literal=True),
    ),
    corrupt("families.village.level", "kode_desa of a district", kode_desa=pl.col("kode_desa").str.slice(0, 8)),
    corrupt("families.village.level", "kode_desa of a regency", kode_desa="35.10"),
    corrupt("families.village.present", "kode_desa empty", kode_desa=None),
    corrupt(
        "families.district.holds",
        "kode_desa in another district",
        pl.col("kode_desa").str.slice(0, 8) != "35.10.01",
        kode_desa="35.10.01.2001",
    ),
    corrupt("families.district.holds", "kode_kecamatan of another regency", kode_kecamatan="35.09.01"),
    corrupt("families.size.range", "no members", jumlah_anggota=0),
    corrupt("families.size.range", "99 members", jumlah_anggota=99),
    corrupt("families.head_sex.domain", "jk_kepala not a sex", jk_kepala="X"),
    corrupt("families.head_birth_year.range", "head born 1850", tanggal_lahir_kepala=date(1850, 1, 1)),
    corrupt("families.head_birth_year.past", "head born next year", tanggal_lahir_kepala=date(2027, 1, 1)),
    corrupt("families.floor_area.range", "floor below 0", luas_lantai_per_jiwa=-1.0),
    corrupt("families.land.range", "land below 0", tanah_m2=-1.0),
    corrupt("families.power.range", "power below 0", daya_va=-900),
    corrupt("families.wage.range", "wage below 0", upah=-1),
    corrupt("families.vehicle_date.past", "vehicle recorded next year", kendaraan_tanggal=FUTURE.date()),
    corrupt("families.state_employment_date.past", "employment recorded next year", asn_tanggal=FUTURE.date()),
    corrupt("families.decile.range", "decile 11", desil_dtsen=11),
    corrupt("families.decile.range", "decile 0", desil_dtsen=0),
    corrupt("families.land.sourced", "land without its source", pl.col("tanah_m2").is_not_null(), tanah_m2_sumber=None),
    corrupt(
        "families.vehicle.sourced",
        "vehicle without its date",
        pl.col("kendaraan").is_not_null(),
        kendaraan_tanggal=None,
    ),
    *number_faults("persons.person_id", "nik"),
    corrupt("persons.sex.nik", "a woman with a man's day in her NIK", pl.col("jk") == "P", nik=other_day(DAY - 40)),
    corrupt("persons.sex.nik", "a man with a woman's day in his NIK", pl.col("jk") == "L", nik=other_day(DAY + 40)),
    corrupt(
        "persons.birth_year.nik",
        "born a year later than in the NIK",
        COMMON_YEAR,
        tanggal_lahir=pl.col("tanggal_lahir").dt.offset_by("1y"),
    ),
    corrupt("persons.birth_year.past", "born next year", tanggal_lahir=date(2027, 2, 1)),
    corrupt("persons.birth_year.range", "born 1850", tanggal_lahir=date(1850, 2, 1)),
    corrupt("persons.birth_year.present", "born on an unknown day", tanggal_lahir=None),
    corrupt("persons.person_id.present", "nik empty", nik=None),
    corrupt("persons.key.unique", "nik twice", **first("nik")),
    corrupt("persons.family_id.known", "of no family", no_kk=ORPHAN_CARD),
    corrupt("persons.family_id.present", "no_kk empty", no_kk=None),
    corrupt("persons.sex.domain", "jk not a sex", jk="W"),
    corrupt("persons.sex.present", "jk empty", jk=None),
    corrupt("persons.relation.domain", "hubungan unknown", hubungan="tetangga"),
    corrupt("persons.school.domain", "sekolah unknown", sekolah="s3"),
    corrupt("agents.village.known", "in no village", kode_desa="35.10.99.2001"),
    corrupt("agents.village.level", "in a district", kode_desa="35.10.01"),
    corrupt("agents.role.domain", "peran unknown", peran="calo"),
    corrupt("agents.trained_at.past", "trained next year", dilatih=FUTURE),
    corrupt("agents.verification.domain", "verifikasi_wajah unknown", verifikasi_wajah="mungkin"),
    corrupt("agents.key.unique", "id_pendamping twice", **first("id_pendamping")),
    corrupt("registrations.submitted_at.past", "sent next year", waktu_kirim=FUTURE, waktu_terima=None),
    corrupt("registrations.received_at.past", "received next year", waktu_terima=FUTURE),
    corrupt(
        "registrations.received_at.order", "received before it was sent", waktu_terima=pl.col("waktu_kirim") - SECOND
    ),
    corrupt("registrations.submitted_at.present", "sent at an unknown time", waktu_kirim=None),
    corrupt(
        "registrations.submitted_at.trained",
        "sent before the agent was trained",
        in_table("agents", "id_pendamping"),
        waktu_kirim=LONG_AGO,
    ),
    corrupt(
        "registrations.agent_id.known",
        "through an unknown agent",
        pl.col("jalur") == "pendamping",
        id_pendamping="PDP-99999",
    ),
    corrupt(
        "registrations.agent_id.channel",
        "through an agent without a name",
        pl.col("jalur") == "pendamping",
        id_pendamping=None,
    ),
    corrupt("registrations.applicant.known", "by an unknown person", nik_pemohon="3510014101909999"),
    corrupt(
        "registrations.applicant.member",
        "by another family's member",
        nik_pemohon=lambda exports: exports["persons"]["nik"][0],
    ),
    corrupt("registrations.family_id.known", "of no family", no_kk=ORPHAN_CARD),
    corrupt("registrations.village.known", "in no village", kode_desa="35.10.99.2001"),
    corrupt("registrations.village.level", "in a district", kode_desa=pl.col("kode_desa").str.slice(0, 8)),
    corrupt(
        "registrations.district.holds",
        "in a village of another district",
        pl.col("kode_desa").str.slice(0, 8) != "35.10.01",
        kode_desa="35.10.01.2001",
    ),
    corrupt("registrations.duration.range", "filled in before it was begun", durasi_detik=-1.0),
    corrupt("registrations.status.domain", "status unknown", status="hilang"),
    corrupt("registrations.channel.domain", "jalur unknown", jalur="faks"),
    corrupt("registrations.key.unique", "id_pendaftaran twice", **first("id_pendaftaran")),
    corrupt("registrations.registration_id.present", "id_pendaftaran empty", id_pendaftaran=None),
    corrupt("verifications.registration_id.known", "of no registration", id_pendaftaran="REG-99999999"),
    corrupt("verifications.outcome.domain", "hasil unknown", hasil="mungkin"),
    corrupt("verifications.subject.domain", "subjek unknown", subjek="tetangga"),
    corrupt("verifications.quality.range", "mutu_foto in percent", mutu_foto=92.6),
    corrupt("verifications.distance.range", "jarak below 0", jarak=-0.1),
    corrupt("verifications.attempt.range", "percobaan 0", percobaan=0),
    corrupt("verifications.checked_at.past", "checked next year", waktu_cek=FUTURE),
    corrupt("verifications.checked_at.order", "checked long before the registration", waktu_cek=LONG_AGO),
    corrupt("verifications.key.unique", "the same attempt twice", **first("id_pendaftaran", "subjek", "percobaan")),
    corrupt("decisions.family_id.known", "of no family", no_kk=ORPHAN_CARD),
    corrupt("decisions.outcome.domain", "hasil unknown", hasil="mungkin"),
    corrupt("decisions.decided_at.past", "decided next year", waktu_keputusan=FUTURE),
    corrupt(
        "decisions.decided_at.order",
        "decided before the registration",
        in_table("registrations", "no_kk"),
        waktu_keputusan=LONG_AGO,
    ),
    corrupt(
        "decisions.decided_at.outcome", "an outcome without a time", pl.col("hasil") == "layak", waktu_keputusan=None
    ),
    corrupt("decisions.decided_at.outcome", "pending with a time", pl.col("hasil") == "layak", hasil="menunggu"),
    corrupt("decisions.programme.present", "program empty", program=None),
    corrupt("decisions.key.unique", "the same decision twice", **first("no_kk", "program", "aturan")),
    corrupt(
        "objections.received_at.after_filed_at",
        "received before it was filed",
        waktu_terima=pl.col("waktu_ajukan") - SECOND,
    ),
    corrupt("objections.screened_at.after_filed_at", "screened before it was filed", RESOLVED, waktu_saring=LONG_AGO),
    corrupt(
        "objections.resolved_at.after_screened_at",
        "resolved before it was screened",
        RESOLVED,
        waktu_selesai=pl.col("waktu_saring") - SECOND,
    ),
    corrupt("objections.resolved_at.after_filed_at", "resolved before it was filed", RESOLVED, waktu_selesai=LONG_AGO),
    corrupt(
        "objections.filed_at.past",
        "filed next year",
        waktu_ajukan=FUTURE,
        waktu_terima=None,
        waktu_saring=None,
        waktu_selesai=None,
        hasil="menunggu",
    ),
    corrupt("objections.resolved_at.outcome", "pending and resolved", RESOLVED, hasil="menunggu"),
    corrupt(
        "objections.resolved_at.outcome", "upheld at an unknown time", RESOLVED, hasil="dikabulkan", waktu_selesai=None
    ),
    corrupt("objections.kind.domain", "jenis unknown", jenis="keluhan"),
    corrupt("objections.screening.domain", "hasil_saring unknown", hasil_saring="mungkin"),
    corrupt("objections.filed_by.domain", "pengaju unknown", pengaju="dukun"),
    corrupt("objections.family_id.known", "of no family", no_kk=ORPHAN_CARD),
    corrupt("objections.grounds.present", "dasar empty", dasar=None),
    corrupt("objections.key.unique", "no_perkara twice", **first("no_perkara")),
    corrupt("payments.amount.range", "nominal below 0", nominal=-pl.col("nominal")),
    corrupt("payments.amount.in_force", "nominal times 100", nominal=pl.col("nominal") * 100),
    corrupt("payments.amount.in_force", "nominal in thousands", nominal=pl.col("nominal") // 1000),
    corrupt("payments.amount.in_force", "a rupiah less", nominal=pl.col("nominal") - 1),
    corrupt("payments.amount.in_force", "nothing paid", nominal=0),
    corrupt("payments.amount.present", "nominal empty", nominal=None),
    corrupt("payments.component.programme", "komponen unknown", komponen="bonus"),
    corrupt(
        "payments.component.programme",
        "komponen of the other programme",
        pl.col("program") == "PKH",
        komponen="sembako",
    ),
    corrupt("payments.family_id.known", "to no family", no_kk=ORPHAN_CARD),
    corrupt(
        "payments.family_id.eligible",
        "to a family that nothing was decided on",
        decided_eligible_only,
        no_kk=nobody_decided_on,
    ),
    corrupt("payments.paid_at.order", "paid before it was decided", decided_eligible_only, waktu_salur=LONG_AGO),
    corrupt("payments.paid_at.past", "paid next year", waktu_salur=FUTURE),
    corrupt("payments.period.present", "periode empty", periode=None),
    corrupt("payments.key.unique", "the same transfer twice", **first("no_kk", "program", "komponen", "periode")),
    corrupt("audits.family_id.known", "of no family", no_kk=ORPHAN_CARD),
    corrupt("audits.inclusion_probability.range", "a probability above 1", peluang=33.3),
    corrupt("audits.inclusion_probability.random", "random with probability 0", RANDOM, peluang=0.0),
    corrupt("audits.inclusion_probability.random", "random without a probability", RANDOM, peluang=None),
    corrupt("audits.visited_at.order", "visited before the frame was made", waktu_kunjungan=LONG_AGO),
    corrupt("audits.visited_at.past", "visited next year", waktu_kunjungan=FUTURE),
    corrupt("audits.frame_date.past", "a frame of next year", tanggal_rangka=FUTURE.date()),
    corrupt("audits.reason.domain", "alasan unknown", alasan="iseng"),
    corrupt("audits.frame.domain", "rangka unknown", rangka="teman"),
    corrupt("audits.village.known", "in no village", kode_desa="35.10.99.2001"),
    corrupt("audits.welfare_decile.range", "decile 0", desil_konsumsi=0),
    corrupt("audits.welfare.range", "consumption below 0", konsumsi=-1.0),
    corrupt("audits.key.unique", "the same check twice", **first("no_kk", "program", "periode")),
)


@dataclass(frozen=True)
class Published:
    """The clean pilot: its files, and what was made of them."""

    exports: Path
    home: Path
    frames: Exports
    tables: dict[str, Path]
    noted: set[tuple[str, str, int]]
    """Table, rule and row of every note on the clean files."""
    history: History

    def judge(
        self, table: str, frame: pl.DataFrame, folder: Path, *, now: datetime = NOW, newest: datetime | None = None
    ) -> Verdict:
        """Read, shape and judge one file against the other tables as they are published."""
        shaped = self.shape(table, frame, folder)
        needed = {need for rule in SUITES[table].rules for need in rule.needs} - {table}
        (folder / "accepted").mkdir(exist_ok=True)
        (folder / "staged").mkdir(exist_ok=True)
        shaped.write_parquet(folder / "staged" / f"{table}.parquet")
        room = Room(
            staged={table: folder / "staged" / f"{table}.parquet"},
            accepted=lambda name: folder / "accepted" / f"{name}.parquet",
            judged=folder / "judged",
            scratch=folder / "scratch",
            published={name: self.tables[name] for name in sorted(needed)},
        )
        verdict, _ = judge(
            room,
            files={table: TABLES[table].file},
            now=now,
            limits=Limits(),
            history=replace(self.history, rows={name: self.history.rows[name] for name in (table, *needed)}),
            newest=lambda _tables: newest,
        )
        return verdict

    def shape(self, table: str, frame: pl.DataFrame, folder: Path) -> pl.DataFrame:
        """Write the file, and read and shape it as an ingest does."""
        frame.write_parquet(folder / TABLES[table].file)
        return read_and_shape(folder, TABLES[table], self.home)


def read_and_shape(folder: Path, table: TableMapping, home: Path) -> pl.DataFrame:
    rows = read_source(folder, table, source_columns(table))
    return shape(rows, table, key=pseudonym_key(home), timezone=MAPPING.dataset.timezone)


@pytest.fixture(scope="module")
def clean(pilot_home: Path) -> Published:
    store = open_store(Settings(home=pilot_home))
    manifest = store.manifest(MAPPING.dataset.name)
    folder = store.folder(manifest.snapshot)
    warned = pd.read_parquet(folder / "gate" / "warned.parquet")
    return Published(
        exports=pilot_home / "exports",
        home=pilot_home,
        frames={name: pl.read_parquet(pilot_home / "exports" / table.file) for name, table in TABLES.items()},
        tables={path.stem: path for path in (folder / "tables").glob("*.parquet")},
        noted=set(warned[["table", "rule", "row"]].itertuples(index=False, name=None)),
        history=History(
            rows={name: [facts.rows] for name, facts in manifest.tables.items()},
            shares=pd.read_parquet(folder / "gate" / "shares.parquet")[SHARES_SCHEMA.names],
        ),
    )


@dataclass
class Damaged:
    """One file with every damage to it, each in a row of its own, judged."""

    frame: pl.DataFrame
    rows: dict[str, int] = field(default_factory=dict)
    """Row in the file, by the damage's name."""

    def put(self, corruption: Corruption, exports: Exports) -> None:
        """Damage the first row that can be and is whole."""
        used = {0} | {row - 2 for row in self.rows.values()}  # the first is the one that double ids repeat
        possible = self.frame.select(corruption.row(exports).alias("yes")).to_series()
        assert len(possible) in {1, self.frame.height}
        able = range(self.frame.height) if len(possible) == 1 else possible.arg_true()
        at = next(int(row) for row in able if int(row) not in used)
        here = pl.int_range(pl.len()) == at
        for column, wanted in corruption.values.items():
            value = wanted(exports) if callable(wanted) and not isinstance(wanted, pl.Expr) else wanted
            put = value if isinstance(value, pl.Expr) else pl.lit(value)
            changed = pl.when(here).then(put).otherwise(pl.col(column)).cast(self.frame.schema[column])
            self.frame = self.frame.with_columns(changed.alias(column))
        self.rows[corruption.name] = at + 2


@pytest.fixture(scope="module")
def damaged(clean: Published, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Damaged, Verdict]]:
    @cache
    def judged(table: str) -> tuple[Damaged, Verdict]:
        made = Damaged(clean.frames[table])
        for corruption in CORRUPTIONS:
            if corruption.table == table:
                made.put(corruption, clean.frames)
        return made, clean.judge(table, made.frame, tmp_path_factory.mktemp(table))

    return judged


def new_findings(verdict: Verdict, clean: Published) -> pd.DataFrame:
    """Return the findings that the clean files do not have."""
    found = verdict.findings[verdict.findings["table"].isin(list(TABLES))]
    known = [key in clean.noted for key in found[["table", "rule", "row"]].itertuples(index=False, name=None)]
    return found[[not here for here in known]]


def test_there_is_a_damage_for_every_file_and_no_two_are_called_the_same():
    names = [corruption.name for corruption in CORRUPTIONS]
    assert sorted(names) == sorted(set(names))
    assert {corruption.table for corruption in CORRUPTIONS} == set(TABLES)
    assert {corruption.rule for corruption in CORRUPTIONS} <= set(SEVERITY)


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda corruption: f"{corruption.rule}-{corruption.what}")
def test_a_damage_to_a_file_is_caught_by_the_rule_that_should(corruption, clean, damaged):
    made, verdict = damaged(corruption.table)
    found = verdict.findings[verdict.findings["row"] == made.rows[corruption.name]]
    assert corruption.rule in set(found["rule"]), f"{corruption.name} slipped through; found: {sorted(found['rule'])}"
    assert set(found["file"]) == {TABLES[corruption.table].file}
    if SEVERITY[corruption.rule] == "warn":
        assert set(found["severity"]) == {"warn"}, f"{corruption.name}: kept out by {sorted(found['rule'])}"


def test_nothing_slips_through(damaged):
    """The list to read first: every damage that no rule at all found."""
    slipped = []
    for corruption in CORRUPTIONS:
        made, verdict = damaged(corruption.table)
        if corruption.rule not in set(
            verdict.findings.loc[verdict.findings["row"] == made.rows[corruption.name], "rule"]
        ):
            slipped.append(corruption.name)
    assert not slipped


@pytest.mark.parametrize("table", TABLES)
def test_no_sound_row_of_a_file_is_kept_out_or_noted(table, clean, damaged):
    made, verdict = damaged(table)
    new = new_findings(verdict, clean)
    assert set(new["row"]) == set(made.rows.values()), new[~new["row"].isin(list(made.rows.values()))].to_string()
    out = {made.rows[c.name] for c in CORRUPTIONS if c.table == table and SEVERITY[c.rule] != "warn"}
    assert set(verdict.quarantine.loc[verdict.quarantine["table"] == table, "row"]) == out
    assert verdict.rejected[table] == len(out)
    assert verdict.accepted[table] == made.frame.height - len(out)


def test_the_rows_of_a_damaged_family_follow_it_and_no_others(clean, tmp_path):
    """Documented: what refers to a row in quarantine is kept out with it, for it would be counted for nobody."""
    from analytics.ingest.pipeline import check

    for name, table in TABLES.items():
        clean.frames[name].write_parquet(tmp_path / table.file)
    families = clean.frames["families"]
    card = clean.frames["payments"]["no_kk"][0]
    broken = pl.when(pl.col("no_kk") == card).then(pl.lit("35.10.99.2001")).otherwise("kode_desa").alias("kode_desa")
    families.with_columns(broken).write_parquet(tmp_path / TABLES["families"].file)
    verdict = check(
        ROOT / "examples" / "banyuwangi.toml", tmp_path, settings=Settings(home=tmp_path / "home", data_docs=False)
    )
    kept_out = {table: set(found["row"]) for table, found in verdict.quarantine.groupby("table")}
    registered = clean.frames["registrations"].filter(no_kk=card)["id_pendaftaran"].to_list()
    of = {name: pl.col("no_kk") == card for name, frame in clean.frames.items() if "no_kk" in frame.columns}
    of["verifications"] = pl.col("id_pendaftaran").is_in(registered)
    expected = {
        name: {int(at) + 2 for at in clean.frames[name].select(own.alias("own")).to_series().arg_true()}
        for name, own in of.items()
    }
    assert kept_out == {name: rows for name, rows in expected.items() if rows}
    assert {"families", "persons", "decisions", "payments"} <= set(kept_out)


def test_half_an_export_is_refused(clean, tmp_path):
    half = clean.frames["payments"].gather_every(2).head(clean.frames["payments"].height // 2 - 1)
    verdict = clean.judge("payments", half, tmp_path)
    with pytest.raises(GateError, match=r"volume\.rows\.fallen.*payments"):
        refuse(verdict, files={}, limit=1.0)
    assert verdict.rejected == {"payments": 0}


def test_an_export_with_every_row_four_times_over_is_noted(clean, tmp_path):
    frame = clean.frames["payments"]
    periods = [frame.with_columns(pl.col("periode").str.replace("20", f"{20 + n}")) for n in range(4)]
    verdict = clean.judge("payments", pl.concat(periods), tmp_path)
    assert verdict.warned.loc[verdict.warned["rule"] == "volume.rows.risen", "subject"].to_list() == ["payments"]


def test_an_old_export_is_noted(clean, tmp_path):
    frame = clean.frames["payments"]
    newest = frame["waktu_salur"].max() - timedelta(hours=7)
    late = clean.judge("payments", frame, tmp_path, now=newest + timedelta(days=7, hours=1), newest=newest)
    assert "freshness.age_days.limit" in set(late.warned["rule"])
    in_time = clean.judge("payments", frame, tmp_path, now=newest + timedelta(days=7), newest=newest)
    assert "freshness.age_days.limit" not in set(in_time.warned["rule"])


def test_a_code_that_changed_its_meaning_is_noted_as_drift(clean, tmp_path):
    swapped = clean.frames["audits"].with_columns(rangka=pl.lit("semua"))
    verdict = clean.judge("audits", swapped, tmp_path)
    assert verdict.warned.loc[verdict.warned["rule"] == "drift.psi.limit", "subject"].to_list() == ["audits.frame"]
    assert "drift.psi.limit" not in set(clean.judge("audits", clean.frames["audits"], tmp_path).findings["rule"])


def test_a_district_whose_column_is_empty_is_noted(clean, tmp_path):
    frame = clean.frames["families"]
    district = frame["kode_kecamatan"].value_counts(sort=True)["kode_kecamatan"][0]
    gone = pl.when(pl.col("kode_kecamatan") != district).then("desil_dtsen").alias("desil_dtsen")
    verdict = clean.judge("families", frame.with_columns(gone), tmp_path)
    found = verdict.warned[verdict.warned["rule"] == "completeness.gap.limit"]
    assert found[["subject", "district"]].to_dict("records") == [{"subject": "families.decile", "district": district}]


Change = Callable[[pl.DataFrame], pl.DataFrame]
WRONG_TYPES: dict[str, tuple[str, Change, str]] = {
    "a column is missing": ("payments", lambda rows: rows.drop("nominal"), "nominal"),
    "a column has another name": ("agents", lambda rows: rows.rename({"peran": "Peran"}), "peran"),
    "an amount is text": (
        "payments",
        lambda rows: rows.with_columns(nominal=pl.lit("sejuta")),
        "penyaluran.parquet, column nominal",
    ),
    "an amount has sen": (
        "payments",
        lambda rows: rows.with_columns(nominal=pl.col("nominal") + 0.5),
        "penyaluran.parquet, column nominal",
    ),
    "an amount has marks for thousands": (
        "payments",
        lambda rows: rows.with_columns(nominal=pl.lit("225.000,00")),
        "penyaluran.parquet, column nominal",
    ),
    "a time is text": (
        "registrations",
        lambda rows: rows.with_columns(waktu_kirim=pl.lit("kemarin")),
        "pendaftaran.parquet, column waktu_kirim",
    ),
    "a time is a number": (
        "registrations",
        lambda rows: rows.with_columns(waktu_kirim=pl.lit(20_260_101)),
        "pendaftaran.parquet, column waktu_kirim",
    ),
    "a day is 31 February": (
        "audits",
        lambda rows: rows.with_columns(tanggal_rangka=pl.lit("2026-02-31")),
        "cek_lapangan.parquet, column tanggal_rangka",
    ),
    "a flag is a word": (
        "audits",
        lambda rows: rows.with_columns(berhak=pl.lit("barangkali")),
        "cek_lapangan.parquet, column berhak",
    ),
    "there are no rows": ("payments", lambda rows: rows.clear(), "has no rows"),
}


@pytest.mark.parametrize("case", WRONG_TYPES)
def test_a_file_that_cannot_be_understood_is_refused_and_its_place_named(case, clean, tmp_path):
    table, change, place = WRONG_TYPES[case]
    with pytest.raises(ExportError) as caught:
        clean.shape(table, change(clean.frames[table]), tmp_path)
    assert place in caught.value.message
    for value in ("sejuta", "225.000,00", "kemarin", "barangkali"):
        assert value not in str(caught.value), "an error never quotes a row"


def test_a_file_that_was_cut_off_is_refused(clean, tmp_path):
    whole = (clean.exports / "penyaluran.parquet").read_bytes()
    for cut in (0, 100, len(whole) // 2, len(whole) - 1):
        (tmp_path / "penyaluran.parquet").write_bytes(whole[:cut])
        with pytest.raises(ExportError, match=r"penyaluran\.parquet"):
            read_and_shape(tmp_path, TABLES["payments"], clean.home)


def test_a_missing_file_is_refused(clean, tmp_path):
    with pytest.raises(ExportError, match=r"penyaluran\.parquet is missing"):
        read_and_shape(tmp_path, TABLES["payments"], clean.home)


def test_a_csv_file_in_another_encoding_or_with_another_separator_is_refused(clean, tmp_path):
    table = TABLES["agents"].model_copy(update={"file": "pendamping.csv"})
    text = clean.frames["agents"].with_columns(peran=pl.lit("pkh – é")).write_csv()
    (tmp_path / "pendamping.csv").write_bytes(text.encode("cp1252"))
    with pytest.raises(ExportError, match="not encoded as utf-8"):
        read_and_shape(tmp_path, table, clean.home)
    (tmp_path / "pendamping.csv").write_text(clean.frames["agents"].write_csv(separator=";"))
    with pytest.raises(ExportError, match="not separated by"):
        read_and_shape(tmp_path, table, clean.home)


def test_an_ingest_of_a_damaged_export_leaves_the_last_good_snapshot(clean, tmp_path):
    """From end to end: too many bad rows in one file, and nothing of any file is published."""
    import shutil

    from analytics.ingest import ingest

    settings = Settings(home=tmp_path / "home", data_docs=False)
    shutil.copytree(clean.home / "warehouse", settings.home / "warehouse")
    shutil.copytree(clean.home / "keys", settings.home / "keys")
    before = open_store(settings).manifest().snapshot
    shutil.copytree(clean.exports, tmp_path / "exports")
    tenth = pl.int_range(pl.len()) % 10 == 0
    frame = clean.frames["payments"]
    frame = frame.with_columns(nominal=pl.when(tenth).then(pl.col("nominal") * 100).otherwise("nominal"))
    frame.write_parquet(tmp_path / "exports" / "penyaluran.parquet")
    said = rf"penyaluran\.parquet: {-(-len(frame) // 10)} of {len(frame)} rows"
    with pytest.raises(GateError, match=said) as caught:
        ingest(ROOT / "examples" / "banyuwangi.toml", tmp_path / "exports", settings=settings)
    assert "payments.amount.in_force" in caught.value.cause
    assert open_store(settings).manifest().snapshot == before
