"""What models are trained on and what they give back: rows with text and targets, folds, scales, predictions."""
