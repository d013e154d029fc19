"""The same work by Tortoise, on the same tables."""

from sqlalchemy import URL
from tortoise import Model, Tortoise, fields


class User(Model):
    """A user."""

    id = fields.IntField(primary_key=True)
    name = fields.TextField()
    age = fields.IntField()
    roles: fields.ManyToManyRelation["Role"] = fields.ManyToManyField(
        "models.Role", through="user_roles", forward_key="role_id", backward_key="user_id"
    )
    posts: fields.ReverseRelation["Post"]

    class Meta:
        """Where they are stored."""

        table = "users"


class Post(Model):
    """A post."""

    id = fields.IntField(primary_key=True)
    title = fields.TextField()
    author: fields.ForeignKeyRelation[User] = fields.ForeignKeyField("models.User", "posts")

    class Meta:
        """Where they are stored."""

        table = "posts"


class Role(Model):
    """A role."""

    id = fields.IntField(primary_key=True)
    name = fields.TextField()

    class Meta:
        """Where they are stored."""

        table = "roles"


class Note(Model):
    """A note."""

    id = fields.IntField(primary_key=True)
    text = fields.TextField()

    class Meta:
        """Where they are stored."""

        table = "notes"


async def connect(url: URL) -> None:
    """Connect Tortoise to the database."""
    if url.get_backend_name() == "sqlite":
        credentials: dict[str, object] = {"file_path": url.database}
        engine = "tortoise.backends.sqlite"
    else:
        engine = "tortoise.backends.asyncpg"
        credentials = {
            "host": url.host or url.query.get("host"),
            "port": url.port or 5432,
            "user": url.username,
            "password": url.password or "",
            "database": url.database,
        }
    await Tortoise.init(
        config={
            "connections": {"default": {"engine": engine, "credentials": credentials}},
            "apps": {"models": {"models": [__name__], "default_connection": "default"}},
        }
    )


class OnTortoise:
    """Tortoise."""

    async def find(self, number: int) -> object:
        """Find one by its key."""
        return await User.get_or_none(id=number % 1_000 + 1)

    async def list_100(self, _: int) -> object:
        """List a hundred."""
        return await User.all().order_by("id").limit(100)

    async def filtered(self, number: int) -> object:
        """List a hundred of some."""
        query = User.filter(age__gte=number % 10, name__not="user 5")
        return await query.order_by("name").limit(100)

    async def count(self, number: int) -> object:
        """Count some."""
        return await User.filter(age__gte=number % 10).count()

    async def paginate(self, number: int) -> object:
        """Deliver a page of twenty and the number of all."""
        items = await User.all().order_by("id").limit(20).offset(20 * (number % 10))
        return items, await User.all().count()

    async def eager(self, _: int) -> object:
        """List a hundred with two relationships."""
        return await User.all().order_by("id").limit(100).prefetch_related("posts", "roles")

    async def create(self, number: int) -> object:
        """Store one."""
        return await Note.create(text=f"note {number}")

    async def pluck(self, _: int) -> object:
        """List a thousand names."""
        return await User.all().values_list("name", flat=True)

    async def entities(self, _: int) -> object:
        """List a thousand records, for their names."""
        return [user.name for user in await User.all()]
