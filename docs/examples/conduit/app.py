"""The application: `uvicorn conduit.app:create_app --factory`."""

from datetime import timedelta

from starlette.middleware.cors import CORSMiddleware

from ftf.http import FastTrackFramework
from ftf.http.auth import AuthProvider, Passwords
from ftf.orm import DatabaseProvider

from .auth import AccountUsers, AnyPassword, TokenGuard
from .errors import HANDLERS
from .models import Account
from .routes.accounts import Accounts, Profiles
from .routes.articles import ArticleRoutes, CommentRoutes
from .settings import database_url, secret


def create_app() -> FastTrackFramework:
    """Make the application."""
    auth = AuthProvider(
        secrets=secret(),
        issuer="conduit",
        audience="conduit",
        users=AccountUsers,
        user_class=Account,
        lifetime=timedelta(days=1),
    )
    providers = [DatabaseProvider(database_url()), auth]
    app = FastTrackFramework(
        title="Conduit", providers=providers, exception_handlers=HANDLERS, redirect_slashes=False
    )
    app.add_middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"]
    )
    app.container.instance(Passwords, Passwords(compromised=AnyPassword()))
    app.add_guard("token", TokenGuard)
    for controller in (Accounts, Profiles, ArticleRoutes, CommentRoutes):
        app.add_controller(controller)
    return app
