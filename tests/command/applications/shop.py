"""A FastAPI application with mistakes in its options and in the order of its middleware."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware as StarletteCORS
from starlette.middleware.trustedhost import TrustedHostMiddleware

from fastcors import CORSMiddleware

admin = FastAPI()
admin.add_middleware(
    StarletteCORS,
    allow_origins=["https://*.example.com", "https://admin.example.com/"],
    allow_origin_regex=r"https://.*example\.com",
)

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=[
        "https://app.example.com/",
        "http://shop.example.com",
    ],
    allow_methods=["get", "PUT"],
    allow_credentials=True,
)
app.add_middleware(TrustedHostMiddleware, allowed_hosts=["*"])
app.mount("/admin", admin)


@app.get("/items")
def items() -> list[str]:
    """Return something."""
    return ["tea"]
