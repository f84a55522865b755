"""How findings become pages: what a chapter may read, how chapters are found, blocks, editions and their HTML."""
