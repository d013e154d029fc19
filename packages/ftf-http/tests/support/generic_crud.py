"""A controller with type parameters, and a subclass that closes them."""

from typing import Annotated

from fastapi import Body
from pydantic import BaseModel

from ftf.http import Controller, Inject, Injected, get, post, put


class In(BaseModel):
    name: str


class Out(BaseModel):
    number: int


class Store[I]:
    def __init__(self) -> None:
        self.stored: list[I] = []


class Crud[I: BaseModel, O: BaseModel = Out](Controller):
    def __init__(self, store: Store[I]) -> None:
        self.store = store

    @get()
    async def index(self, store: Injected[Store[I]]) -> bool:
        return store is self.store

    @get("/default")
    async def default(self, store: Store[I] = Inject(Store[I])) -> bool:
        return store is self.store

    @post()
    async def create(self, body: I) -> str:
        self.store.stored.append(body)
        return type(body).__name__

    @post("/all", response_model=list[O])
    async def create_all(self, bodies: list[I], extra: I | None = None) -> object:
        return [{"number": len(bodies), "secret": 1}]

    @put("/{number}")
    async def change(self, number: int, body: Annotated[I, Body(embed=True)]) -> O: ...


class Middle[A: BaseModel](Crud[A]):
    @get("/middle")
    async def middle(self) -> str:
        return "middle"


class Things(Middle[In]):
    prefix = "/things"
