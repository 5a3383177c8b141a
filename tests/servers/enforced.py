"""The application that a server is started with, with enforcement around all frameworks."""

from fastcors import CORSMiddleware

from .dispatcher import Dispatcher, applications
from .frameworks import channels_app

app = CORSMiddleware(
    Dispatcher({**applications("plain"), "channels": channels_app.plain()}),
    allow_origins=["https://app.example.com"],
    enforce=True,
    hosts=["127.0.0.1"],
)
