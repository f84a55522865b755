"""What a guest may ask for: erasure and a copy of everything that is held about them."""
