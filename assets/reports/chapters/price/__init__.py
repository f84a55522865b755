"""The price of privacy: what k, the length of the batch and epsilon cost those who work with the data."""
