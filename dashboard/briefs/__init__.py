"""Briefs: what a page shows, on A4 paper and as a workbook, made by the server from the page's own figures.

A page writes down what it draws while it runs (`record`); a brief is made from that record, so no page is told twice.
"""
