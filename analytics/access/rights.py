"""The one table of rights: what each role may open and do, and the scope of who holds it."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from analytics.access.areas import is_inside, require_area
from analytics.access.errors import NoAccessError

Role = Literal["leadership", "officer", "adjudicator", "researcher", "inspector", "administrator"]
Action = Literal["open_cases", "work_cases", "review", "photos", "export", "acknowledge", "see_agents"]
VISITOR: Final = "visitor"
"""Whoever looks at simulated or public data without sign-in: everything, by no grant, never with personal data."""
ROLES: Final[tuple[Role, ...]] = get_args(Role)
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)

_FIGURES: Final = (
    "ringkasan", "pendaftaran", "usul_sanggah", "ketepatan_sasaran", "perbandingan_wilayah", "dugaan",
    "eksplorasi",
)  # fmt: skip
_CASES: Final = ("antrean", "kasus")
_METHODS: Final = ("aturan", "kartu_model", "mutu_data", "metode")
_LOG: Final = "catatan_akses"
PAGES: Final = (*_FIGURES, *_CASES, "duplikat", "tinjau", "pendamping", "rencana_cek", *_METHODS, _LOG)
"""Every page, in the order of the navigation."""
WHOLE: Final = frozenset({"duplikat", "kartu_model", "pendamping", _LOG})
"""Pages whose figures are those of the whole data set, and the log, which knows no area of what it names: closed to a
scope that is limited to an area."""


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What a role may open and do."""

    pages: tuple[str, ...]
    actions: frozenset[Action]


def _rights(*pages: str, actions: tuple[Action, ...] = ()) -> Rights:
    return Rights(pages=tuple(page for page in PAGES if page in pages), actions=frozenset(actions))


RIGHTS: Final[dict[str, Rights]] = {
    "leadership": _rights(
        *_FIGURES, "duplikat", "pendamping", "rencana_cek", *_METHODS, actions=("export", "acknowledge")
    ),
    "officer": _rights(*_FIGURES, *_CASES, "rencana_cek", *_METHODS, actions=("work_cases", "export", "acknowledge")),
    "adjudicator": _rights("duplikat", "tinjau", "metode", actions=("review", "photos", "open_cases")),
    "researcher": _rights(*_FIGURES, *_METHODS, actions=("export",)),
    "inspector": _rights("pendamping", "metode", _LOG, actions=("export", "see_agents")),
    "administrator": _rights("mutu_data", "metode"),
    VISITOR: _rights(*PAGES, actions=ACTIONS),
}


@dataclass(frozen=True)
class Scope:
    """A role in an area; hashable, as what is kept in a cache is kept by it.

    Raises:
        NoAccessError: there is no such role.
        AccessError: the area is none.
    """

    role: str
    area: str = ""

    def __post_init__(self) -> None:
        """Refuse what is unknown: it would otherwise have to be refused wherever it is used."""
        if self.role not in RIGHTS:
            raise NoAccessError(
                "There is no such role.", cause="An unknown role opens nothing.",
                next_step=f"Roles are: {', '.join(ROLES)}.",
            )  # fmt: skip
        require_area(self.area)

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages that may be opened, in the order of the navigation; the first is where one begins."""
        return tuple(page for page in RIGHTS[self.role].pages if not (self.area and page in WHOLE))

    def may_open(self, page: str) -> bool:
        """Return whether a page may be opened."""
        return page in self.pages

    def require_page(self, page: str) -> None:
        """Refuse a page that may not be opened.

        Raises:
            NoAccessError: it may not.
        """
        if self.may_open(page):
            return
        whole = self.area and page in RIGHTS[self.role].pages
        raise NoAccessError(
            f"The role {self.role}{f' in {self.area}' if whole else ''} may not open the page {page}.",
            cause="Its figures are those of the whole data set." if whole else "",
            next_step=f"It may open: {', '.join(self.pages)}.",
        )

    def may(self, action: Action) -> bool:
        """Return whether something may be done."""
        return action in RIGHTS[self.role].actions

    def within(self, area: str) -> str:
        """Return an area cut to the scope: itself where it lies inside, else the scope's own."""
        return area if area and is_inside(area, self.area) else self.area
