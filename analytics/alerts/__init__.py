"""Alerts: figures past their threshold, judged at each publication, kept while they hold, and told once.

The catalogue says what there is; `judging` from when on it fires; the register keeps what is open. Nothing here can
undo a publication or change who gets what.
"""
