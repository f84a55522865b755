"""Why a customer is valued so: features, words, the gate, and whether explanations can be trusted."""
