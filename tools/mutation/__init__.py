"""Mutants of `states/`: what would break if a transition, a guard or an effect were another, and which test says so."""
