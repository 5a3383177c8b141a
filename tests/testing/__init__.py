"""What a simulated browser does, held to the Fetch standard, to facts of other tests, and to Chromium."""
