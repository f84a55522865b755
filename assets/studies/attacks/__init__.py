"""What an attacker with one zone in hand could learn, beside guessing.

``docs/privacy/threat_model.md`` tells each attack.
"""
