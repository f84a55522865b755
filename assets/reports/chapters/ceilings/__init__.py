"""How much more could be known: the models beside two ceilings, in simulated worlds."""
