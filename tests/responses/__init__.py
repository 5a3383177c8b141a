"""The option `responses`: what browsers make of what is sent."""
