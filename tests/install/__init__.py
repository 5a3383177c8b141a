"""`fastcors.install`: the outermost layer of a Starlette or FastAPI application."""
