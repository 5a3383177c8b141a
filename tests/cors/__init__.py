"""The protocol: the corpus that every implementation passes, patterns and regular expressions."""
