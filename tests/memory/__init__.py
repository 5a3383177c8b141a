"""What stays in memory: `python -m tests.memory` measures a million requests and a million origins."""
