"""Models that tests of bodies post, and the routes that take them."""

from pydantic import BaseModel, Field


class Item(BaseModel):
    name: str = Field(max_length=5)
    price: float = 0.5
    tags: list[str] = []


class Node(BaseModel):
    below: "Node | None" = None


def posting(annotation, default=...):
    def build(app) -> None:
        if default is ...:

            @app.post("/")
            async def post(value: annotation) -> object:
                return repr(value)

        else:

            @app.post("/")
            async def post(value: annotation = default) -> object:
                return repr(value)

    return build
