"""The application that a recipe is tried with behind nginx."""

from fastapi import FastAPI

from fastcors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://app.example.com"],
    allow_credentials=True,
    allow_methods=["GET", "PUT"],
    allow_headers=["X-Token"],
)

names = {1: "a lamp", 2: "a chair"}


@app.get("/items/{number}")
async def read_item(number: int) -> dict[str, str]:
    return {"name": names.get(number, "nothing")}


@app.put("/items/{number}")
async def name_item(number: int, name: str) -> dict[str, str]:
    names[number] = name
    return {"name": name}
