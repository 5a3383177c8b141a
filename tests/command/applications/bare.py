"""Applications without CORS, and what is no application."""

from __future__ import annotations

from fastapi import FastAPI

app = FastAPI()
number = 7
