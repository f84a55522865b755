"""What an attacker could learn: every attack beside guessing."""
