"""A return on its way: eligibility, where to hand in, custody, refund, clearing."""
