"""Pairing stays with reviews: how many pairs, how sure they are, and what they rest on."""
