"""Scores in service: which model serves and why, drift, predictions against what came of them."""
