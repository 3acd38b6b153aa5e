"""The commands of ``wuyou``, one module per subject."""
