"""Which reviews are believed: what the anomaly filter keeps, why, and how well it works."""
