"""The Dagster UI as it is served: behind a guard that lets foreign web pages do nothing."""
