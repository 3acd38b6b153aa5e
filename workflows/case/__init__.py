"""A case: its machine, the one door to its state, its journal, its clocks."""
