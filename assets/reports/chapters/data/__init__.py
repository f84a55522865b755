"""The data, step by step: rows after each step, ours beside the paper's."""
