"""Which weights and which threshold of the anomaly score serve the forecast, chosen inside each training part."""
