"""Who acts, where they belong, and what they may do."""
