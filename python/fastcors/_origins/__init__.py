"""Sources of allowed origins besides the options: what changes, or is asked, at run time."""
