"""The option `paths`: the policies below paths, and which of them decides on a request."""
