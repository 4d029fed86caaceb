"""Adjudication: people decide whether a pair is one person; blind, twice, and a third where two disagree.

A confirmed pair opens a case. Nothing happens to a benefit.
"""
