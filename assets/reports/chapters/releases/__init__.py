"""Guest figures that are safe to share, each with the noise it carries."""
