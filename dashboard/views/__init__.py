"""Views: what a reader's measures look like as charts, one module a subject; each takes a reader, gives a `Chart`."""
