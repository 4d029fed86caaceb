"""Access: who may open which pages, do what, and in which area; kept in the register or said by sign-in.

An unknown role, a missing grant or a claim that cannot be read gives no access at all. Areas and rights stand below
cases and pairs, which are cut to them; `grants` and `claims` stand above, and are asked for by their modules.
"""

from analytics.access.areas import is_inside, require_area
from analytics.access.errors import AccessError, NoAccessError
from analytics.access.rights import ACTIONS, PAGES, RIGHTS, VISITOR, Action, Role, Scope

__all__ = [
    "ACTIONS",
    "PAGES",
    "RIGHTS",
    "VISITOR",
    "AccessError",
    "Action",
    "NoAccessError",
    "Role",
    "Scope",
    "is_inside",
    "require_area",
]
