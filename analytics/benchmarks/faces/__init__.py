"""What faces cost and what they are worth: speed, error rates, and planted duplicates of whom the truth is known."""
