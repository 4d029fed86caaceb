"""What searching for duplicates is worth: planted duplicates of whom the truth is known."""
