"""Applications whose middleware `install` has made, with options that no other application has."""

from __future__ import annotations

from fastapi import FastAPI

import fastcors

app = FastAPI()
fastcors.install(app, allow_origins=["https://app.example.com/"], max_age=71)
with_default = FastAPI()
fastcors.install(
    with_default,
    allow_origins=["https://app.example.com/"],
    allow_credentials=False,
    max_age=72,
)
