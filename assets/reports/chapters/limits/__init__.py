"""What must not be read into the report, and what was left out of it."""
