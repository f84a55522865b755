"""Text encoder and fusion network trained as one, apart from everything that serves."""
