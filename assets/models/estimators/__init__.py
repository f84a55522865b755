"""Models that are no networks: the past itself, trees, trees on top of the past, buy till you die."""
