"""Which model is how good: the same folds for all, metrics, tests, tuning, and one thing changed at a time."""
