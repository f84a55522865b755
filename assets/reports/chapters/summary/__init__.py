"""In brief: what a manager takes away, in plain words, with the few numbers behind it."""
