"""What researchers get: safe tables of every metric, microdata without identities, tables with noise under a budget."""
