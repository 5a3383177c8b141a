"""The command `fastcors`: what is wrong with an application's CORS, and why a browser blocks a request."""
