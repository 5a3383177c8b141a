"""One corpus of cases for the Rust core (tests/corpus.rs), the built extension and Starlette.

Every `*.toml` in this folder holds cases of one concept. A case has

- `name`: a sentence that says what it shows;
- `options`: by Starlette's names, and `responses`, whose cases Starlette does not run; an `allow_origin_regex` means the same to Python and Rust as it is;
- `request`: its `method` and its header lines, as pairs of name and value;
- `application`: the header lines of the application's response; none by default;
- `expected`: for a preflight its `status`, `body` and header lines in order, else only the header
  lines that the application's become;
- `starlette_differs`: if Starlette 1.10.0 responds otherwise, the number of that intended
  difference. Starlette must then respond otherwise, or the mark is out of date.

Texts are latin-1: a character stands for the byte of its number.
"""
