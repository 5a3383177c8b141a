"""Applications that the command looks at. It imports them from this folder, by the names of their files."""
