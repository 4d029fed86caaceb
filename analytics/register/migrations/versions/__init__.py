"""One module a step. A step that was published is never changed: the next one is written."""
