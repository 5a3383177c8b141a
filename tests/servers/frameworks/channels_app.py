"""Django Channels, which gives Django its WebSockets."""

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer  # type: ignore[import-untyped]
from channels.routing import ProtocolTypeRouter, URLRouter  # type: ignore[import-untyped]
from django.urls import path  # type: ignore[import-untyped]

from . import django_app


class Echo(AsyncWebsocketConsumer):  # type: ignore[misc]
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send(text_data)


def plain() -> Any:
    socket = URLRouter([path("channels/socket", Echo.as_asgi())])
    return ProtocolTypeRouter({"http": django_app.plain(), "websocket": socket})
