"""Reads the options of a policy, and finds what is wrong with them."""
