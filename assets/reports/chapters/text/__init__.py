"""Whether the reviews help the forecast: shuffled texts, parts left out, one change at a time."""
