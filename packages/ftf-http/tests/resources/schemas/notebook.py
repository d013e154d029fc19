"""Notes of users in notebooks, with policies, that the tests of this folder share."""

from dataclasses import dataclass
from typing import Annotated

from catalogue import Model
from fastapi import Request
from pydantic import BaseModel
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.http import FastTrackFramework, get
from ftf.http.auth import Decision, Policy, UserSource, allow, deny, hide
from ftf.http.resources import ResourceController
from ftf.http.types import Id, Line
from ftf.orm import Exists, Filter, FilterSet, QueryBuilder, Unique, Versioned


@dataclass
class Author:
    name: str


class Notebook(Model):
    __tablename__ = "notebooks"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(20))


class Note(Versioned, Model):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(100), unique=True)
    owner: Mapped[str] = mapped_column(String(20), default="ada")
    is_open: Mapped[bool] = mapped_column(default=False)
    notebook_id: Mapped[int | None] = mapped_column(ForeignKey("notebooks.id"))
    notebook: Mapped[Notebook | None] = relationship()


class NotebookPolicy(Policy[Author]):
    def visible(self, user: Author, query: QueryBuilder[Notebook]) -> QueryBuilder[Notebook]:
        return query.within(Notebook.owner == user.name)


class NotePolicy(Policy[Author]):
    def __init__(self, log: list[str]) -> None:
        self.log = log

    def visible(self, user: Author | None, query: QueryBuilder[Note]) -> QueryBuilder[Note]:
        if user is None:
            return query.within(Note.is_open)
        return query.within(Note.is_open | (Note.owner == user.name))

    def view(self, user: Author | None, note: Note) -> Decision:
        self.log.append(f"view {note.id}")
        return hide() if note.text == "secret" else allow()

    def create(self, user: Author) -> bool:
        self.log.append("create")
        return user.name != "reader"

    def update(self, user: Author, note: Note) -> bool:
        self.log.append(f"update {note.id}")
        return note.owner == user.name and note.notebook_id != 7

    async def delete(self, user: Author, note: Note) -> Decision:
        if note.owner != user.name:
            return hide()
        return deny("An open note stays.", 409) if note.is_open else allow()


class NoteIn(BaseModel):
    text: Annotated[Line, Unique(Note.text)]
    is_open: bool = False
    notebook_id: Annotated[Id | None, Exists(Notebook.id, visible=NotebookPolicy)] = None


class NoteOut(BaseModel):
    id: int
    text: str
    is_open: bool


class Notes(ResourceController[Note, NoteIn, NoteOut]):
    prefix = "/notes"
    policy = NotePolicy
    actions = ("index", "show", "store", "update", "replace", "destroy")
    filters = FilterSet(Note, Filter(Note.text, "contains"), sorts=(Note.text,))

    async def storing(self, record: Note, body: NoteIn) -> None:
        record.owner = "eve" if body.text == "for eve" else record.owner

    @get("/texts")
    async def texts(self) -> list[str]:
        return await self.query().order_by(Note.id).pluck(Note.text)


class NotebookNotes(ResourceController[Note, "PlainNoteIn", NoteOut]):
    prefix = "/notebooks/{notebook}/notes"
    policy = NotePolicy
    parent = Note.notebook


class PlainNoteIn(BaseModel):
    text: Line


class HeaderAuthor(UserSource[Author]):
    """The user whose name is in the header `X-User`."""

    def __init__(self, request: Request) -> None:
        self._name = request.headers.get("x-user", "")

    async def user(self) -> Author | None:
        return Author(self._name) if self._name else None


def application(log: list[str], *, hides_notebooks: bool = True) -> FastTrackFramework:
    """Return an application with the policies of the notebook, and no routes."""
    app = FastTrackFramework()
    app.register(UserSource[Author], HeaderAuthor, scope="scoped")
    app.instance(list[str], log)
    app.add_policy(Note, NotePolicy)
    if hides_notebooks:
        app.add_policy(Notebook, NotebookPolicy)
    return app
