"""Networks that join named encoders, their heads, and how they are trained."""
