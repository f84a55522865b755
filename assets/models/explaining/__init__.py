"""Why a model predicts what it predicts: features, texts, words; and whether the reasons are true to it."""
