"""Agents' work (pendamping): what in it differs from others' by more than chance and honest habit, and who is proposed
to be looked at again. Nothing here says that anybody did wrong, and nothing changes an agent's or a family's standing.
"""
