"""Face templates: of a known person, one a model."""

from validation.contract import FACE_TEMPLATES
from validation.suites.suite import table_suite

SUITE = table_suite(FACE_TEMPLATES, owner="portal")
