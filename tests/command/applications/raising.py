"""A module whose import raises a ConfigError, as an application does that is wrapped there."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from fastcors import CORSMiddleware

wrong: Any = "https://app.example.com"
app = CORSMiddleware(FastAPI(), allow_origins=wrong)
