"""Words that a reader may not know."""
