"""The application that a server is started with, where each framework has the middleware added."""

from .dispatcher import Dispatcher, applications

app = Dispatcher(applications("added"))
