"""A module that ends the process, and prints before."""

from __future__ import annotations

import sys

print("a line of the application")
sys.exit("set SECRET_KEY")
