"""Hostile inputs by family; each has an id that says what it is and a word why somebody would send it."""

import io
import zipfile
from typing import NamedTuple

VALUES = {
    "climbs": ("../../none/../../../etc/passwd", "leads out of a folder"),
    "root": ("/etc/shadow", "names a file of the system"),
    "windows": ("..\\..\\x", "leads out of a folder on Windows"),
    "markup": ("[/bold]", "ends markup of the terminal that nobody began"),
    "escape": ("\x1b[2J\x1b]0;x\x07", "drives the terminal"),
    "turned": ("\u202egpj.x", "turns the direction of writing"),
    "sql": ("x'; DROP TABLE cases;--", "ends a statement of SQL"),
    "format": ("{0.__class__}%s%n", "reads through a format string"),
    "script": ("<script>alert(1)</script>", "runs in a browser"),
    "formula": ("=cmd|' /C calc'!A0", "runs in a spreadsheet"),
    "long": ("a" * 5000, "is longer than a file's name may be"),
    "halves": ("\ud800", "is no Unicode text"),
}
"""A value that may stand anywhere, and why somebody would send it."""

COMMANDS = {
    "targeting-dataset": ("report", "targeting", "--dataset", "{}"),
    "targeting-area": ("report", "targeting", "--area", "{}"),
    "targeting-programme": ("report", "targeting", "--programme", "{}"),
    "targeting-period": ("report", "targeting", "--period", "{}"),
    "targeting-by": ("report", "targeting", "--by", "{}"),
    "registrations-channel": ("report", "registrations", "--channel", "{}"),
    "what-if-set": ("report", "what-if", "--programme", "PKH", "--set", "{}"),
    "ingest-mapping": ("ingest", "{}", "--source", "."),
    "ingest-source": ("ingest", "examples/banyuwangi.toml", "--source", "{}"),
    "quarantine-dataset": ("quarantine", "list", "--dataset", "{}"),
    "cases-show": ("cases", "show", "{}"),
    "cases-officer": ("cases", "assign", "1", "--to", "P-1", "--officer", "{}", "--seen", "1", "--reason", "x"),
    "audit-import": ("audit", "import", "{}"),
    "faces-enrol": ("faces", "enrol", "{}"),
    "faces-verify": ("faces", "verify", "{}", "{}"),
    "faces-list": ("faces", "verify", "--list", "{}", "--output", "none/o.csv"),
}
"""Commands with a place for a value."""

QUERIES = (
    "lang", "area", "programme", "channel", "since", "until", "metric", "level", "method", "unit", "highlight",
    "estimate", "case", "pair", "officer", "page",
)  # fmt: skip
"""Parameters of pages."""

_TABLE = '\n\n[[table]]\nname = "families"\n'
MAPPINGS: dict[str, tuple[str, str, str]] = {
    "name-climbs": ('"banyuwangi-simulasi"', '"../x"', "makes a folder outside the warehouse"),
    "name-line": ('"banyuwangi-simulasi"', '"abc\\n"', "forges a line of a log"),
    "zone-climbs": ('"Asia/Jakarta"', '"../../etc/passwd"', "opens a file as a time zone"),
    "zone-nul": ('"Asia/Jakarta"', '"a\\u0000b"', "cuts a name in the system's calls"),
    "zone-unknown": ('"Asia/Jakarta"', '"Mars/Olympus"', "fails late"),
    "file-climbs": ('file = "keluarga.parquet"', 'file = "../../../etc/passwd"', "reads another folder"),
    "file-root": ('file = "keluarga.parquet"', 'file = "/etc/passwd"', "reads the system"),
    "file-nul": ('file = "keluarga.parquet"', 'file = "a\\u0000.parquet"', "cuts a name in the system's calls"),
    "file-long": ('file = "keluarga.parquet"', f'file = "{"a" * 5000}.parquet"', "is no name"),
    "file-empty": ('file = "keluarga.parquet"', 'file = ""', "names the folder itself"),
    "file-url": ('file = "keluarga.parquet"', 'file = "https://evil.example/x.parquet"', "reads the network"),
    "file-glob": ('file = "keluarga.parquet"', 'file = "*.parquet"', "reads what it did not name"),
    "sensitivity": ('sensitivity = "simulated"', 'sensitivity = "none"', "escapes sign-in"),
    "key-unknown": ("[dataset]", '[dataset]\nhook = "os.system"', "hopes for code"),
    "no-families": ('name = "families"', 'name = "familien"', "has no such table"),
    "encoding-packed": (_TABLE, _TABLE + 'format = { encoding = "zlib_codec/../x" }\n', "unpacks while it reads"),
    "separator-long": (_TABLE, _TABLE + 'format = { separator = ",," }\n', "is no separator"),
    "twice": ("[dataset]", '[dataset]\nname = "other"', "says two things"),
}
"""What is replaced in the pilot's mapping, by what, and why."""

TEXTS: dict[str, tuple[bytes, str]] = {
    "nested-lists": (b"a=" + b"[" * 20_000, "runs out of stack"),
    "nested-tables": (b"a=" + b"{a=" * 5_000, "runs out of stack"),
    "digits": (b"a=" + b"9" * 5_000, "takes quadratic time"),
    "no-utf-8": (b"\xff\xfe\x00a", "is no text"),
    "nul": (b"\0" * 100, "is no text"),
    "empty": (b"", "says nothing"),
    "large": (b"#" * (2**20 + 1), "fills memory"),
    "json": (b'{"dataset": {}}', "is another format"),
    "yaml": (b"!!python/object/apply:os.system ['id']", "runs code in another format"),
    "entity": (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', "reads a file in another format"),
}
"""Whole mapping files."""


class Export(NamedTuple):
    """A file of an export."""

    name: str
    content: bytes
    why: str
    separator: str = ","
    encoding: str = "utf-8"


def workbook(**parts: bytes) -> bytes:
    """Return a zip file of parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return made.getvalue()


def _lying() -> bytes:
    """Return a zip file that says that a part of 3 MiB has one byte."""
    made = bytearray(workbook(sheet=b"0" * 3 * 2**20))
    size = (3 * 2**20).to_bytes(4, "little")
    return bytes(made).replace(size, (1).to_bytes(4, "little"))


BOMB = workbook(sheet=b"0" * 3 * 2**20)
EXPORTS: dict[str, Export] = {
    "csv-empty": Export("a.csv", b"", "has no header"),
    "csv-header-alone": Export("a.csv", b"a,b\n", "has no rows"),
    "csv-blank-lines": Export("a.csv", b"\n\n\n", "has no header"),
    "csv-open-quote": Export("a.csv", b'a,b\n"1,2\n3,4\n', "swallows the rows after it"),
    "csv-more-fields": Export("a.csv", b"a,b\n1,2,3\n", "moves values to other columns"),
    "csv-random": Export("a.csv", bytes(range(256)) * 4, "is no text"),
    "csv-utf-16": Export("a.csv", "a,b\n1,2\n".encode("utf-16"), "is in another encoding"),
    "csv-long-header": Export("a.csv", b"a" * (2**20 + 1), "has a line without end"),
    "csv-many-columns": Export(
        "a.csv", b",".join(b"a%d" % n for n in range(17_000)) + b"\n1\n", "has columns without end"
    ),
    "csv-long-cell": Export("a.csv", b"a,b\n" + b"x" * 40_000 + b",1\n", "has a cell without end"),
    "csv-other-separator": Export("a.csv", b"a;b\n1;2\n", "is one column"),
    "csv-lacks-column": Export("a.csv", b"b,c\n1,2\n", "lacks what is needed"),
    "csv-zlib": Export("a.csv", b"a,b\n1,2\n", "unpacks while it reads", encoding="zlib"),
    "csv-undefined": Export("a.csv", b"a,b\n1,2\n", "fails in the codec", encoding="undefined"),
    "csv-no-codec": Export("a.csv", b"a,b\n1,2\n", "imports a module by name", encoding="os.path"),
    "csv-line-separator": Export("a.csv", b"a,b\n1,2\n", "is every line's end", separator="\n"),
    "csv-quote-separator": Export("a.csv", b"a,b\n1,2\n", "is quotation too", separator='"'),
    "csv-wide-separator": Export("a.csv", b"a,b\n1,2\n", "is no single byte", separator="é"),
    "csv-many-rows": Export("a.csv", b"a,b\n" + b"1,2\n" * 1_001, "has rows without end"),
    "xlsx-empty": Export("a.xlsx", b"", "is no workbook"),
    "xlsx-random": Export("a.xlsx", bytes(range(256)), "is no workbook"),
    "xlsx-cut": Export("a.xlsx", BOMB[:200], "ends in the middle"),
    "xlsx-bomb": Export("a.xlsx", BOMB, "unpacks to a thousand times its size"),
    "xlsx-liar": Export("a.xlsx", _lying(), "says that it is small"),
    "xlsx-parts": Export("a.xlsx", workbook(**{f"p{n}": b"" for n in range(10_001)}), "has parts without end"),
    "xlsx-no-sheet": Export("a.xlsx", workbook(a=b"<x/>"), "is a zip file of something else"),
    "xlsx-entity": Export(
        "a.xlsx",
        workbook(**{"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'}),
        "multiplies entities",
    ),
    "parquet-empty": Export("a.parquet", b"", "is no Parquet"),
    "parquet-random": Export("a.parquet", b"PAR1" + bytes(range(256)) + b"PAR1", "is no Parquet"),
    "parquet-footer": Export(
        "a.parquet", b"PAR1" + b"\0" * 20 + b"\xff\xff\xff\x7fPAR1", "has metadata of two gigabytes"
    ),
    "kind-exe": Export("a.exe", b"MZ", "is a program"),
    "kind-none": Export("a", b"a,b\n1,2\n", "says no kind"),
    "kind-pickle": Export("a.pkl", b"cos\nsystem\n(S'id'\ntR.", "runs code when it is loaded"),
}

_PNG = b"\x89PNG\r\n\x1a\n"
PHOTOS: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "unreadable", "is no file"),
    "text": (b"hello", "wrong_type", "is no photo"),
    "gif": (b"GIF89a" + b"\0" * 20, "wrong_type", "needs another decoder"),
    "svg": (b"<svg onload='alert(1)'/>", "wrong_type", "runs in a browser"),
    "postscript": (b"%!PS-Adobe\n(/etc/passwd) (r) file", "wrong_type", "runs code of a printer"),
    "pdf": (b"%PDF-1.7\n", "wrong_type", "needs another decoder"),
    "zip": (BOMB, "wrong_type", "unpacks"),
    "jpeg-head": (b"\xff\xd8\xff", "unreadable", "ends after the first bytes"),
    "jpeg-noise": (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8, "unreadable", "breaks a decoder"),
    "png-head": (_PNG, "unreadable", "ends after the first bytes"),
    "png-noise": (_PNG + bytes(range(256)) * 8, "unreadable", "breaks a decoder"),
    "large": (b"\xff\xd8\xff" + b"\0" * 20 * 2**20, "oversize", "fills memory"),
}
"""Content, the status that it must get, and why somebody would send it."""

LISTS: dict[str, tuple[str, bytes, str]] = {
    "no-list": ("a.csv", b"x,y\n1,2\n", "is something else"),
    "empty": ("a.csv", b"", "says nothing"),
    "random": ("a.csv", bytes(range(256)), "is no text"),
    "bomb": ("a.xlsx", BOMB, "unpacks to a thousand times its size"),
    "no-workbook": ("a.xlsx", b"PK\3\4", "is no workbook"),
    "kind": ("a.exe", b"MZ", "is a program"),
    "markup": ("[bold].csv", b"[/bold],x\n1,2\n", "ends markup of the terminal that nobody began"),
    "long-header": ("a.csv", b"a" * (2**20 + 1), "has a line without end"),
    "formula-header": ("a.csv", b"=cmd|' /C calc'!A0,x\n1,2\n", "runs in a spreadsheet"),
}
"""Filled visit lists: name, content and why."""
