"""One room per stage, in flow order: raw, privacy, reviews, alignment, customers, embeddings, models, reports."""
