"""Every chapter of the report over an invented run."""
