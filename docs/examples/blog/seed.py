"""A few hundred believable records: the same ones every time, but for their dates."""

from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

from ftf.http.auth import Passwords
from ftf.orm import Repository, Seeder

from .models import Comment, Post, Role, User
from .repositories import UserRepository

USERS, COMMENTS = 40, 400
ACCOUNTS = ("admin", "author", "reader")  # at example.com
PASSWORD = "correct horse battery"  # noqa: S105  # of these three, where the blog is tried
FIRST_NAMES = ("Ada", "Barbara", "Chen", "Dorothy", "Edsger", "Frances", "Grace", "Hedy")
LAST_NAMES = ("Adeyemi", "Berg", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad")
ROLES = ("author", "editor")
TITLES = (
    "What nobody told us about {}",
    "A year of {} in production",
    "{}, explained to a new colleague",
    "Three mistakes we made with {}",
    "How we test {}",
    "When not to use {}",
    "{} without the magic",
    "Our checklist for {}",
    "Moving a live system to {}",
    "The cost of {}",
)
TOPICS = (
    "async sessions",
    "background jobs",
    "connection pools",
    "database migrations",
    "dependency injection",
    "feature flags",
    "keyset pagination",
    "optimistic locking",
    "problem details",
    "query budgets",
    "soft deletes",
    "type checkers",
)
SENTENCES = (
    "We came to {} late, and mostly because of an outage.",
    "The documentation of {} is good; the mistakes are elsewhere.",
    "Most of the work was deleting what we had written instead.",
    "With {}, the first version is easy and the second one is not.",
    "It took two of us a week, and one more to undo half of it.",
    "Measure before you start, or you will argue about {} for months.",
    "The tests found four of the five problems; a customer found the last.",
    "If you remember one thing about {}, let it be to start small.",
)
REMARKS = (
    "Thanks, this saved me an afternoon.",
    "We did the same and would not do it again.",
    "Have you compared the numbers under load?",
    "The second point is the one that hurt us.",
    "Could you show the configuration you ended up with?",
    "I disagree about the tests, but the rest matches what we saw.",
    "Bookmarked for the next time somebody asks me.",
    "Does this hold on SQLite as well?",
    "Small correction: the default changed last year.",
    "Please write the sequel.",
)


class BlogSeeder(Seeder):
    """Fills an empty blog; one that has users is left as it is."""

    def __init__(self, session: AsyncSession, users: UserRepository) -> None:
        self.session = session
        self.users = users

    async def run(self) -> None:
        """Store the records."""
        if not await self.users.query().exists():
            self.session.add_all(Believable(self.random).records())


class AccountSeeder(Seeder):
    """Adds three users who can log in. As all seeders, it does not run in production."""

    after = (BlogSeeder,)

    def __init__(
        self, users: UserRepository, roles: Repository[Role], passwords: Passwords
    ) -> None:
        self.users = users
        self.roles = roles
        self.passwords = passwords

    async def run(self) -> None:
        """Store those who are missing."""
        await self.roles.first_or_create({Role.name: "admin"})
        for name in ACCOUNTS:
            email = f"{name}@example.com"
            if not await self.users.query().where(User.email == email).exists():
                hashed = await self.passwords.hash(PASSWORD)
                new = User(name=name.title(), email=email, password_hash=hashed)
                roles = ["admin"] if name == "admin" else []
                await self.users.set_roles(await self.users.create(new), roles)


class Believable:
    """Makes up records by chance.

    Args:
        chance: Where the chance comes from; the same seed makes the same records.
    """

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def records(self) -> list[User | Post | Comment]:
        """Make up users with roles, a post for each title and topic, and comments."""
        roles = [Role(name=name) for name in ROLES]
        names = self.chance.sample(list(product(FIRST_NAMES, LAST_NAMES)), USERS)
        users = [self.user(first, last, roles) for first, last in names]
        posts = [self.post(title, topic, users) for title, topic in product(TITLES, TOPICS)]
        comments = [self.comment(users, posts) for _ in range(COMMENTS)]
        return [*users, *posts, *comments]

    def user(self, first: str, last: str, roles: list[Role]) -> User:
        """Make up a user who has some of the roles."""
        email = f"{first}.{last}@example.com".lower()
        chosen = self.chance.sample(roles, self.chance.randint(0, len(roles)))
        return User(name=f"{first} {last}", email=email, roles=chosen)

    def post(self, title: str, topic: str, users: list[User]) -> Post:
        """Make up a post of the past year."""
        sentences = self.chance.sample(SENTENCES, 5)
        return Post(
            title=_capitalised(title.format(topic)),
            body=" ".join(sentence.format(topic) for sentence in sentences),
            author=self.chance.choice(users),
            created_at=datetime.now(UTC) - timedelta(minutes=self.chance.randrange(365 * 24 * 60)),
        )

    def comment(self, users: list[User], posts: list[Post]) -> Comment:
        """Make up a comment written after its post."""
        post = self.chance.choice(posts)
        age = datetime.now(UTC) - post.created_at
        return Comment(
            body=self.chance.choice(REMARKS),
            author=self.chance.choice(users),
            post=post,
            created_at=post.created_at + age * self.chance.random(),
        )


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]
