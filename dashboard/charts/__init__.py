"""Figures as pure functions of a data frame; each returns a `Chart`: figure, alt text and table twin of the same data.

One module per figure, for example `from dashboard.charts.trend import trend`. No Streamlit here, no arithmetic on the
data beyond placing marks, and no input is ever changed. Pass figures on with `theme=None` and `dashboard.theme.CONFIG`.
"""
