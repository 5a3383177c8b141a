"""Origins that change or are asked about at run time."""
