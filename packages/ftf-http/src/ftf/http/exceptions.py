"""What ftf-http itself raises.

    LookupError
    └── NoRequestScopeError

The attributes are the contract; the texts may improve in any release.
"""


class NoRequestScopeError(LookupError):
    """A service was injected into a request that has no container scope.

    Args:
        path: The path of the request.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def __str__(self) -> str:
        return (
            f"The request for {self.path} has no container scope to inject services from.\n"
            "Use FastTrackFramework as the application, or wrap yours: "
            "`app.add_middleware(ScopeMiddleware, container=container)`."
        )
