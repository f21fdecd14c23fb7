"""Mutants of `states/`: would a test notice another transition, guard or effect? cosmic-ray runs them."""
