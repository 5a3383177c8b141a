"""Where the origins that a policy allows come from, besides a list."""
