from fastapi.responses import PlainTextResponse
from jinja2 import Environment, FileSystemLoader
from models import Author, Firm, Post
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import selectinload

TEMPLATES = Environment(loader=FileSystemLoader("templates"), autoescape=True)


class Clock:
    now = "now"


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AuthorOut(Out):
    name: str


class PostOut(Out):
    title: str
    author: AuthorOut


def serialize(_, posts):
    return [PostOut.model_validate(post).model_dump() for post in posts]


def render(_, posts):
    return TEMPLATES.get_template("posts.txt").render(posts=posts)


def firms(_, posts):
    return [post.author.firm.name for post in posts]


def add_routes(app, given_session, given_clock):
    @app.get("/")
    async def index(session: given_session, clock: given_clock):
        query = select(Post).options(selectinload(Post.author)).order_by(Post.id)
        posts = await session.run_sync(serialize, (await session.scalars(query)).all())
        return {"now": clock.now, "posts": posts}

    @app.post("/", status_code=201)
    async def create(session: given_session, title: str) -> int:
        author = Author(name="Ada", firm=Firm(name="Analytical"))
        post = Post(title=title, author=author)
        session.add(post)
        await session.commit()
        return post.id

    @app.get("/serialized")
    async def serialized(session: given_session, *, eager: bool):
        options = [selectinload(Post.author)] if eager else []
        posts = (await session.scalars(select(Post).options(*options))).all()
        return await session.run_sync(serialize, posts)

    @app.get("/rendered")
    async def rendered(session: given_session, *, eager: bool):
        options = [selectinload(Post.author)] if eager else []
        posts = (await session.scalars(select(Post).options(*options))).all()
        return PlainTextResponse(await session.run_sync(render, posts))

    @app.get("/nested")
    async def nested(session: given_session, *, eager: bool):
        author = selectinload(Post.author)
        options = author.selectinload(Author.firm) if eager else author
        posts = (await session.scalars(select(Post).options(options))).all()
        return await session.run_sync(firms, posts)

    @app.get("/looped")
    async def looped(session: given_session, *, eager: bool):
        wanted = list(await session.scalars(select(Post.author_id)))
        if eager:
            return list(await session.scalars(select(Author.name).where(Author.id.in_(wanted))))
        names = select(Author.name)
        return [await session.scalar(names.where(Author.id == author)) for author in wanted]
