"""Which model serves and what it says: artefacts, promotion, scores of the day, drift, back-test."""
