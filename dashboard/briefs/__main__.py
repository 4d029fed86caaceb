"""`python -m dashboard.briefs`: one brief into a file, for `tepat brief`, which may not load the dashboard itself."""

import argparse
import sys
from pathlib import Path

from streamlit.logger import set_log_level

from analytics.access import Scope
from analytics.access_log import record
from analytics.cli.output import EXIT_ERROR, print_error
from analytics.files import write_whole
from analytics.settings import settings
from validation.errors import TepatError
from validation.text import LANGUAGES


def main() -> None:
    """Make the brief; an error is words on standard error and status 2."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.briefs", description=__doc__)
    parser.add_argument("page")
    parser.add_argument("choices", nargs="*", metavar="name=code", help="choices as in the page's URL")
    parser.add_argument("--language", choices=LANGUAGES, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--role", default="", help="role that the brief is made for; default: a visitor")
    parser.add_argument("--area", default="", help="area that the role is limited to")
    given = parser.parse_args()
    # Every cache warns when it is loaded without a server.
    set_log_level("ERROR")
    from dashboard.briefs.button import FORMATS  # noqa: PLC0415 - after the warnings are off
    from dashboard.briefs.run import run_page  # noqa: PLC0415 - likewise
    from dashboard.logged import export_details  # noqa: PLC0415 - likewise

    make, _ = FORMATS[given.output.suffix.removeprefix(".")]
    choices = dict(choice.split("=", 1) for choice in given.choices)
    try:
        scope = Scope(given.role, given.area) if given.role else None
        drawn = run_page(given.page, language=given.language, choices=choices, scope=scope)
        ending = given.output.suffix.removeprefix(".")
        record(
            settings(), action="export", kind="dataset", ref=drawn.dataset,
            details=export_details(f"brief_{drawn.page}", drawn.given, form=ending, snapshot=drawn.snapshot),
        )  # fmt: skip
        write_whole(given.output, make(drawn))
    except TepatError as error:
        print_error(error)
        sys.exit(EXIT_ERROR)


if __name__ == "__main__":
    main()
