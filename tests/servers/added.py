"""The application that a server is started with, with the middleware added to each framework."""

from .dispatcher import Dispatcher, applications

app = Dispatcher(applications("added"))
