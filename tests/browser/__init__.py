"""What a real browser's pages can do to a server with enforcement, and to one without."""
