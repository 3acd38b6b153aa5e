"""What the night computes from all domains: satisfaction, warnings, disclosure, promise index."""
