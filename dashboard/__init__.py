"""The product people see: words, theme, charts, and (with Streamlit) the pages' parts."""
