"""The application that a server is started with, without the middleware."""

from .dispatcher import Dispatcher, applications

app = Dispatcher(applications("plain"))
