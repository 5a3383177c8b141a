"""The option `paths`."""
