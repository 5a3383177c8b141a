"""Gradio mounted in a FastAPI application with the middleware, and in one without.

Gradio adds no CORS header of its own if its parent has Starlette's class.
"""

import gradio
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware


def with_gradio(app):
    demo = gradio.Interface(lambda name: f"hello {name}", "text", "text", api_name="greet")
    return gradio.mount_gradio_app(app, demo, path="/gradio")


def parent():
    app = FastAPI()

    @app.get("/hello")
    def hello():
        return "hello"

    return app


without = with_gradio(parent())
app = parent()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://app.example.com"],
    allow_methods=["GET", "POST"],
    allow_headers=["X-Token"],
    allow_credentials=True,
)
app = with_gradio(app)
# The parent of this one has no middleware.
app.mount("/without", without)
