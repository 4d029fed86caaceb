"""How fast faces are encoded and searched."""
