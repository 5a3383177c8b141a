"""The table that the pages in docs/problems are made of: an entry for each problem code."""
