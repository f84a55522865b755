"""Guest segments, and what to do for each: value segment by country group, folded until nobody stands alone."""
