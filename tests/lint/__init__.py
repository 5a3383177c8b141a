"""What the linter says, and what of it the middleware raises and warns of."""
