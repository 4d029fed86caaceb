"""The simulator of the Banyuwangi pilot: exports as the portal would give them, and the truth behind them, apart."""

from analytics.simulator.errors import SimulationError
from analytics.simulator.run import SimulationSummary, simulate

__all__ = ["SimulationError", "SimulationSummary", "simulate"]
