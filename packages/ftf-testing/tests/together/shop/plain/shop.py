from typing import Annotated

from fastapi import Depends, FastAPI
from routes import Clock, add_routes
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine


async def get_session():
    engine = create_async_engine("sqlite+aiosqlite:///production.db")
    async with AsyncSession(engine) as session:
        yield session


def get_clock():
    return Clock()


CLOCK = get_clock
app = FastAPI()
add_routes(app, Annotated[AsyncSession, Depends(get_session)], Annotated[Clock, Depends(get_clock)])
