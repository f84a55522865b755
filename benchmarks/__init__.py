"""Benchmarks: one file per question; each prints a table and runs its peer in the same run."""
