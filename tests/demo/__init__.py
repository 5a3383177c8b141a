"""The demo's page: its policy, its predictions, its server, and the page itself in Chromium."""
