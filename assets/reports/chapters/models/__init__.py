"""How well future value can be forecast: every model against the simplest rule, and what it rests on."""
