"""Agents: who they are and where they work."""

from validation.contract import AGENTS
from validation.suites.places import village_rule
from validation.suites.suite import table_suite

SUITE = table_suite(AGENTS, owner="portal", rules=(village_rule("agents", "portal"),))
