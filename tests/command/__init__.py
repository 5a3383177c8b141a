"""The command `fastcors`."""
