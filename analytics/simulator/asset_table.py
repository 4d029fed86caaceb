"""Asset ownership by consumption decile, measured once from the 2012 study.

Source: Alatas, Banerjee, Hanna, Olken and Tobias (2012), AER 102(4), household file: 5,753 households with
consumption, deciles of consumption a head over all of them (poorest first), shares among the 5,352 with the asset
answers. Only these aggregates are kept here. The study labels `fcook` "cooks with firewood", yet it rises from .24 to
.84 with consumption, so it can only mean "does not cook with firewood": it is inverted here.
"""

OWNERSHIP: dict[str, tuple[float, ...]] = {
    "solid_floor": (0.816, 0.857, 0.849, 0.862, 0.912, 0.914, 0.919, 0.921, 0.930, 0.950),
    "solid_wall": (0.326, 0.389, 0.411, 0.448, 0.515, 0.543, 0.590, 0.572, 0.684, 0.806),
    "solid_roof": (0.376, 0.352, 0.385, 0.400, 0.341, 0.371, 0.399, 0.400, 0.389, 0.512),
    "private_toilet": (0.466, 0.554, 0.575, 0.591, 0.647, 0.657, 0.722, 0.745, 0.817, 0.858),
    "clean_water": (0.672, 0.683, 0.760, 0.776, 0.802, 0.818, 0.818, 0.849, 0.853, 0.908),
    "grid_power": (0.605, 0.719, 0.751, 0.739, 0.785, 0.835, 0.835, 0.870, 0.885, 0.902),
    "cooks_with_wood": (0.764, 0.702, 0.611, 0.556, 0.498, 0.461, 0.399, 0.358, 0.246, 0.162),
    "owns_home": (0.775, 0.760, 0.758, 0.761, 0.771, 0.757, 0.788, 0.768, 0.788, 0.810),
    "has_ac": (0.002, 0.001, 0.001, 0.001, 0.002, 0.002, 0.004, 0.017, 0.028, 0.096),
    "has_computer": (0.001, 0.001, 0.011, 0.011, 0.024, 0.034, 0.049, 0.081, 0.128, 0.265),
    "has_television": (0.618, 0.717, 0.758, 0.798, 0.810, 0.835, 0.846, 0.851, 0.887, 0.900),
    "has_gas": (0.228, 0.279, 0.338, 0.371, 0.360, 0.382, 0.446, 0.500, 0.568, 0.731),
    "has_refrigerator": (0.079, 0.110, 0.173, 0.194, 0.259, 0.318, 0.375, 0.409, 0.498, 0.648),
    "has_motorcycle": (0.228, 0.339, 0.431, 0.497, 0.576, 0.577, 0.654, 0.632, 0.701, 0.721),
    "has_car": (0.006, 0.004, 0.011, 0.004, 0.017, 0.030, 0.043, 0.079, 0.098, 0.258),
    "has_phone": (0.348, 0.486, 0.562, 0.609, 0.694, 0.693, 0.728, 0.749, 0.799, 0.860),
}
"""Share of households by decile; shares of nought are written as 0.001."""

FLOOR_AREA_LOG: tuple[float, ...] = (2.379, 2.562, 2.618, 2.622, 2.766, 2.856, 2.896, 3.021, 3.171, 3.528)
"""Mean of the log of m² a head by decile."""

FLOOR_AREA_SPREAD = 0.70
"""Standard deviation of the log of m² a head within a decile (0.64 to 0.82 measured)."""

SINCE_2012: dict[str, float] = {
    "grid_power": 2.6, "has_gas": 2.0, "cooks_with_wood": -1.2, "has_phone": 1.6, "has_television": 0.4,
    "has_refrigerator": 1.0, "has_motorcycle": 1.0, "has_ac": 0.6, "has_computer": 0.3, "private_toilet": 0.8,
    "solid_wall": 0.7, "solid_floor": 0.8,
}  # fmt: skip
"""Assumed change since 2012 on the logit scale, the same in every decile; assets not named are left as measured."""
