"""The customers and what they are worth: who brings the revenue, when they book, what moves together."""
