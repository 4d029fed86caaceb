"""A tagged PDF (ISO 32000-1, 14.7 and 14.8): headings, paragraphs, cells of tables, figures with their words.

reportlab draws pages and leaves structure out; a screen reader then has loose letters. Flowables here note what they
draw in the canvas's `Tree`, and the canvas writes it when the file is closed. Heads and feet of pages are artifacts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFPage, PDFString
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, Table

KINDS: Final = {"title": "H1", "heading": "H2"}
"""Name of a paragraph's style to its kind; all others are P."""


@dataclass
class Node:
    """One element of the structure: its kind, what it holds, and a figure's words."""

    kind: str
    alt: str = ""
    kids: "list[Node | tuple[int, int]]" = field(default_factory=list)
    """Elements, and pieces of content as (page, number on the page)."""


class Tree:
    """The structure of one document while it is drawn."""

    def __init__(self) -> None:
        self.root = Node("Document")
        self._open = [self.root]
        self._pieces: dict[int, int] = defaultdict(int)

    @contextmanager
    def inside(self, kind: str) -> Iterator[Node]:
        """Let the elements that follow be inside a new one."""
        node = Node(kind)
        self._open[-1].kids.append(node)
        self._open.append(node)
        try:
            yield node
        finally:
            self._open.pop()

    @contextmanager
    def content(self, canvas: "TaggedCanvas", kind: str, *, alt: str = "") -> Iterator[None]:
        """Let what is drawn be the content of a new element."""
        page = canvas.page_index
        number = self._pieces[page]
        self._pieces[page] += 1
        self._open[-1].kids.append(Node(kind, alt, [(page, number)]))
        canvas.mark(f"/{kind} <</MCID {number}>> BDC")
        yield
        canvas.mark("EMC")


class TaggedCanvas(Canvas):  # type: ignore[misc]  # reportlab has no types
    """A canvas that keeps its pages until the last is known, writes their furniture, and then the structure."""

    def __init__(self, *given: Any, furniture: "Callable[[TaggedCanvas, int, int], None]", **options: Any) -> None:
        super().__init__(*given, **options)
        self.tree = Tree()
        self._furniture = furniture
        self._kept: list[dict[str, Any]] = []

    @property
    def page_index(self) -> int:
        """Number of the page that is drawn, from 0."""
        return len(self._kept)

    def mark(self, operator: str) -> None:
        """Write an operator of marked content."""
        self._code.append(operator)

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """Let what is drawn be no part of what the document says."""
        self.mark("/Artifact BMC")
        yield
        self.mark("EMC")

    def showPage(self) -> None:  # noqa: N802  reportlab's name
        """Keep the page."""
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its furniture, then the structure."""
        kept = self._kept
        for number, page in enumerate(kept, start=1):
            self.__dict__.update(page)
            with self.artifact():
                self._furniture(self, number, len(kept))
            super().showPage()
        self._write_structure()
        super().save()

    def _write_structure(self) -> None:
        document, catalog = self._doc, self._doc.Catalog
        pages: list[PDFPage] = document.Pages.pages
        parents: dict[int, dict[int, Any]] = defaultdict(dict)
        root = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        top = self._element(self.tree.root, document.Reference(root), pages, parents)
        for index, page in enumerate(pages):
            page.__NoDefault__ = [*PDFPage.__NoDefault__, "StructParents", "Tabs"]
            page.StructParents, page.Tabs = index, PDFName("S")
        entries: list[Any] = []
        for index, pieces in sorted(parents.items()):
            entries += [index, PDFArray([pieces[number] for number in sorted(pieces)])]
        root.dict |= {"K": top, "ParentTree": document.Reference(PDFDictionary({"Nums": PDFArray(entries)}))}
        catalog.StructTreeRoot = root
        catalog.MarkInfo = PDFDictionary({"Marked": "true"})

    def _element(self, node: Node, parent: Any, pages: list[PDFPage], parents: dict[int, dict[int, Any]]) -> Any:
        """Write an element and all that it holds; return the reference to it."""
        document = self._doc
        written = PDFDictionary({"Type": PDFName("StructElem"), "S": PDFName(node.kind), "P": parent})
        own = document.Reference(written)
        kids: list[Any] = []
        for kid in node.kids:
            if isinstance(kid, Node):
                kids.append(self._element(kid, own, pages, parents))
                continue
            page, number = kid
            reference = document.Reference(pages[page])
            kids.append(PDFDictionary({"Type": PDFName("MCR"), "Pg": reference, "MCID": number}))
            parents[page][number] = own
        written.dict["K"] = PDFArray(kids)
        if node.alt:
            written.dict["Alt"] = PDFString(node.alt)
        if node.kind == "TH":
            written.dict["A"] = PDFDictionary({"O": PDFName("Table"), "Scope": PDFName("Column")})
        return own


class TaggedParagraph(Paragraph):  # type: ignore[misc]
    """A paragraph or, by the name of its style, a heading."""

    def draw(self) -> None:
        """Draw it as one element."""
        with self.canv.tree.content(self.canv, KINDS.get(self.style.name, "P")):
            super().draw()


class TaggedTable(Table):  # type: ignore[misc]
    """A table whose first row, repeated on each page, names the columns."""

    def draw(self) -> None:
        """Draw it as one element with its rows."""
        self._row: tuple[float, Node] | None = None
        self._first = True
        with self.canv.tree.inside("Table") as self._table:
            super().draw()

    def _drawCell(self, cell: Any, style: Any, place: tuple[float, float], size: Any) -> None:  # noqa: N802
        if self._row is None or self._row[0] != place[1]:
            self._first = self._row is None
            self._row = (place[1], Node("TR"))
            self._table.kids.append(self._row[1])
        tree = self.canv.tree
        with tree.inside("TH" if self._first else "TD") as node:
            super()._drawCell(cell, style, place, size)
        self._table.kids.remove(node)
        self._row[1].kids.append(node)

    def _drawBkgrnd(self) -> None:  # noqa: N802
        with self.canv.artifact():
            super()._drawBkgrnd()

    def _drawLines(self) -> None:  # noqa: N802
        with self.canv.artifact():
            super()._drawLines()


class TaggedFigure(Flowable):  # type: ignore[misc]
    """A drawing with its words."""

    def __init__(self, draw: Callable[[Any], None], *, width: float, height: float, alt: str) -> None:
        super().__init__()
        self.width, self.height = width, height
        self._drawing, self._alt = draw, alt

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the room that it takes."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw it as one element."""
        with self.canv.tree.content(self.canv, "Figure", alt=self._alt):
            self._drawing(self.canv)
