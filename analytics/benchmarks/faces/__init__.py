"""How fast faces are encoded and searched, beside the plain use of the libraries."""
