"""`Policy`: what the users of a class may do with the records of a model."""

from collections.abc import Awaitable

from ._decision import Verdict


class Policy[U]:
    """The abilities of users of class `U`, one method for each.

    It is a service: its constructor is injected. An ability is a method whose first parameter is
    the user and whose further ones are what the ability is about; it returns a bool or a
    `Decision`, and may be async. Guests are refused by an ability whose user is not `U | None`. A
    method `visible(user, query)` narrows a query to the records that a user may see.

    Examples:
        >>> class User: ...
        >>> class Post:
        ...     author: User
        >>> class PostPolicy(Policy[User]):
        ...     def update(self, user: User, post: Post) -> bool:
        ...         return post.author is user
    """

    def before(
        self,
        user: U,  # noqa: ARG002  # for subclasses
    ) -> Verdict | Awaitable[Verdict | None] | None:
        """Return what decides before any ability, or `None` if the ability decides.

        It is not called for guests, unless its parameter is annotated with `None` as well.
        """
        return None
