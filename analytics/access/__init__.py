"""Access: who may open which pages, do what, and in which area; kept in the register or said by sign-in.

An unknown role, a missing grant or a claim that cannot be read gives no access at all.
"""

from analytics.access.areas import is_inside, require_area
from analytics.access.claims import scope_of, subject_of
from analytics.access.errors import AccessError, NoAccessError
from analytics.access.grants import Grants, open_grants
from analytics.access.rights import ACTIONS, PAGES, RIGHTS, VISITOR, Action, Role, Scope

__all__ = [
    "ACTIONS",
    "PAGES",
    "RIGHTS",
    "VISITOR",
    "AccessError",
    "Action",
    "Grants",
    "NoAccessError",
    "Role",
    "Scope",
    "is_inside",
    "open_grants",
    "require_area",
    "scope_of",
    "subject_of",
]
