"""One module for each framework: `plain()` returns its application, `added()` the same with the middleware.

`added` adds it as the framework adds ASGI middleware. `tests.servers.contract` has the response of each.
"""
