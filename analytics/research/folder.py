"""A folder that is there whole or not at all."""

import secrets
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from analytics.files import DRAFT, write_whole
from analytics.research.errors import ResearchError


def give(output: Path, contents: Mapping[str, bytes], *, before: Callable[[], object]) -> None:
    """Write files beside a new folder, and give it its name in one step.

    Args:
        output: The folder.
        contents: Each file's name and content.
        before: What has to have happened before anybody can read them, such as an entry in the access log.

    Raises:
        ResearchError: as `require_new`.
        OSError: it cannot be written; then nothing is left.
    """
    draft = output.parent / f"{DRAFT}{secrets.token_hex(8)}"
    try:
        draft.mkdir(mode=0o700)
        for name, content in contents.items():
            write_whole(draft / name, content)
        require_new(output)
        before()
        draft.rename(output)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def require_new(output: Path) -> None:
    """Refuse a folder that is there already, or that lies in none.

    Raises:
        ResearchError: it is so.
    """
    if output.exists() or output.is_symlink():
        raise ResearchError(f"{output} is there already.", next_step="Name a new folder, or move the old one away.")
    if not output.absolute().parent.is_dir():
        raise ResearchError(f"There is no folder {output.parent}.", next_step="Make it, or name another --output.")
