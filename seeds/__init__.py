"""Reference data (regions, bureaus, categories, codes) and the demo city."""
