"""Working days, terms and deadlines: pure functions over published calendar years."""
