"""A return on its way: eligibility, where to hand in, custody, refund, clearing.

So far the window of a promise; the other rooms come with the domain.
"""
