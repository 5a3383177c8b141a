"""A policy and its decisions, without ASGI."""
