"""What the shareable edition holds, and what it leaves out."""
