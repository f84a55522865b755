"""Privacy: what was given up, and what is promised."""
