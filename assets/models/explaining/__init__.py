"""Why a model predicts what it predicts, and whether the reasons are true to it."""
