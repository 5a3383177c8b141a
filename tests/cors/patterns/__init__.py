"""Compares origin patterns with a table of attacks, and with a twin that is written from their meaning.

`attacks.toml` is run on the Rust core (tests/patterns.rs), the built extension and both twins. Each
`[[class]]` of it has

- `name`: what its origins have in common;
- `patterns`: the entries of `allow_origins`;
- `allowed` and `rejected`: origins, each a row with these patterns and that verdict.

Texts are latin-1: a character stands for the byte of its number.
"""
