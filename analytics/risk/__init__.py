"""Suspected mistargeting: who receives and may not be entitled, who is entitled and may be missed.

One model ranks every family by its record; two scores follow from it, each calibrated on verified checks of its own
side. A score opens a check and nothing else: no table of payments or decisions is written here.
"""
