"""Segments of guests, and customers at risk: what is told of groups of customers, each figure on enough of them."""
