"""The protocol of the paper, features and value from one period, and what it hides."""
