"""The application that a server is started with, wrapped in the middleware."""

from .contract import with_cors
from .dispatcher import Dispatcher, applications

app = with_cors(Dispatcher(applications("plain")))
