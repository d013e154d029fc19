"""`SessionRoutes`: a user's list of logins, and the password."""

from collections.abc import Sequence

from ...injection._inject import Injected
from ...routing._controller import Controller, delete, get, put
from .._identity import Identity
from ..access._access import Access
from ..logins._known_login import KnownLogin
from ..logins._logins import Logins
from ._bodies import Ended, PasswordIn


@Access(scopes=["account"])
class SessionRoutes[U](Controller):
    """`GET /sessions`, `DELETE /sessions`, `DELETE /sessions/{id}` and `PUT /password`.

    They demand the scope `account`, which every login has unless it was given fewer scopes.
    """

    @get("/sessions")
    async def index(
        self, me: Injected[Identity], logins: Injected[Logins[U]]
    ) -> Sequence[KnownLogin]:
        """List the logins of the user, the one that was used last first."""
        return await logins.sessions(me)

    @delete("/sessions")
    async def end_others(self, me: Injected[Identity], logins: Injected[Logins[U]]) -> Ended:
        """End all logins of the user but the one that the request belongs to."""
        return Ended(ended=await logins.logout_others(me))

    @delete("/sessions/{session_id}", status_code=204)
    async def end(
        self, session_id: str, me: Injected[Identity], logins: Injected[Logins[U]]
    ) -> None:
        """End one login of the user."""
        await logins.end(me, session_id)

    @put("/password", status_code=204)
    async def change_password(
        self, body: PasswordIn, me: Injected[Identity], logins: Injected[Logins[U]]
    ) -> None:
        """Replace the password, and end all other logins of the user."""
        await logins.change_password(me, body.current_password, body.new_password)
