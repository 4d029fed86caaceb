"""The access log: who saw, exported and decided what, in a chain that shows what was altered, removed or put in.

It lies in the register. An entry is appended in the transaction of what it tells of, and is never changed: neither the
engine nor the chain lets it be. It names people by pseudonym and holds no reason that an officer wrote, since nothing
in it can be erased; the reason stands in the history of the case or pair, under the version that the entry names.
"""

from analytics.access_log.anchor import Anchor, anchor_file, anchor_text, read_anchor
from analytics.access_log.appending import COMMAND_LINE, append, on_command_line, operator, record
from analytics.access_log.checking import end_is_kept, verify_and_keep
from analytics.access_log.entry import ACTIONS, Action, Detail, is_ref
from analytics.access_log.errors import AccessLogError
from analytics.access_log.reading import Checked, actors, began, entries, last_check, tally
from analytics.access_log.verifying import Finding, Verified, newest, verify

__all__ = [
    "ACTIONS",
    "COMMAND_LINE",
    "AccessLogError",
    "Action",
    "Anchor",
    "Checked",
    "Detail",
    "Finding",
    "Verified",
    "actors",
    "anchor_file",
    "anchor_text",
    "append",
    "began",
    "end_is_kept",
    "entries",
    "is_ref",
    "last_check",
    "newest",
    "on_command_line",
    "operator",
    "read_anchor",
    "record",
    "tally",
    "verify",
    "verify_and_keep",
]
