"""Marts: the small cubes that pages read, built once at publication, so that a page costs the same at any size.

A mart is an Ibis expression over the contract's tables; each module makes the marts of one subject. Each mart's
dimensions are the filters that apply to it.
"""

from analytics.marts.catalogue import MARTS, Context, Mart, build

__all__ = ["MARTS", "Context", "Mart", "build"]
