from routes import Clock, add_routes
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.http import FastTrackFramework, Injected
from ftf.orm import DatabaseProvider

CLOCK = Clock
app = FastTrackFramework(providers=[DatabaseProvider("sqlite+aiosqlite:///production.db")])
app.container.register(Clock)
add_routes(app, Injected[AsyncSession], Injected[Clock])
