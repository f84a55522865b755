"""Our figures beside those that the papers print, and where to find each of their tables."""
