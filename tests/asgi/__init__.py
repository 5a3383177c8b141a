"""The compiled types where Python, its interpreters and its garbage collector meet them."""
