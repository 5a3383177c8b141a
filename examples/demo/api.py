"""The API: an ordinary FastAPI application. It has no word about CORS: that is the middleware's work."""

from fastapi import FastAPI, Request, Response, WebSocket

# The page's server sets this cookie. Cookies know no ports, so the API on the same host gets it too.
COOKIE = "fastcors_demo"


def make_api() -> FastAPI:
    """Return the API. It stores nothing, so each visitor reads the same."""
    # Its page of documentation would load scripts from elsewhere.
    app = FastAPI(openapi_url=None)
    names = {1: "a lamp", 2: "a chair"}

    @app.get("/items/{number}")
    async def read_item(number: int, response: Response) -> dict[str, str]:
        response.headers["X-Total"] = str(len(names))
        response.headers["X-Node"] = "node-7"
        return {"name": names.get(number, "nothing")}

    @app.put("/items/{number}")
    async def name_item(number: int, name: str) -> dict[str, str]:
        return {"name": name}

    @app.delete("/items/{number}")
    async def delete_item(number: int) -> dict[str, int]:
        return {"deleted": number}

    @app.post("/orders")
    async def order() -> dict[str, str]:
        return {"order": "placed"}

    @app.get("/visitor")
    async def visitor(request: Request) -> dict[str, bool]:
        return {"cookie": COOKIE in request.cookies}

    @app.websocket("/events")
    async def events(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("ready")
        await websocket.close()

    return app
