"""Where Conduit's records come from."""

from typing import Any

from sqlalchemy.orm import QueryableAttribute

from ftf.orm import BaseRepository, QueryBuilder

from .models import Account, Article, Comment, Favorite, Follow, Model, Tag


def key_of(reader: Account | None) -> int:
    """Return the key of an account; 0, which none has, for a reader who is not signed in."""
    return reader.id if reader else 0


def with_following[M: Model](
    query: QueryBuilder[M], followers: QueryableAttribute[Any], reader: Account | None
) -> QueryBuilder[M]:
    """Set on each record whether the reader follows its account."""
    return query.with_exists(
        followers, lambda q: q.where(Follow.follower_id == key_of(reader)), alias="following"
    )


class AccountRepository(BaseRepository[Account]):
    """The accounts."""

    async def profile(self, username: str, reader: Account | None) -> Account:
        """Find an account by its name, as a reader sees it."""
        found = self.query().where(Account.username == username)
        return await with_following(found, Account.followers, reader).first_or_fail()


class ArticleRepository(BaseRepository[Article]):
    """The articles."""

    def seen_by(self, reader: Account | None) -> QueryBuilder[Article]:
        """Query articles with all that a reader sees of them."""
        mine = Favorite.account_id == key_of(reader)
        return (
            with_following(self.query(), Article.followers, reader)
            .with_joined(Article.author)
            .with_count(Article.favorites)
            .with_exists(Article.favorites, lambda q: q.where(mine), alias="favorited")
        )

    def search(
        self, reader: Account | None, tag: str | None, author: str | None, fan: str | None
    ) -> QueryBuilder[Article]:
        """Query the articles with a tag, of an author, that an account likes."""
        query = self.seen_by(reader)
        if tag is not None:
            query = query.where_has(Article.tags, lambda q: q.where(Tag.name == tag))
        if author is not None:
            query = query.where_has(Article.author, lambda q: q.where(Account.username == author))
        if fan is not None:
            likes = Favorite.account.has(Account.username == fan)
            query = query.where_has(Article.favorites, lambda q: q.where(likes))
        return query

    def feed(self, reader: Account) -> QueryBuilder[Article]:
        """Query the articles of those whom a reader follows."""
        mine = Follow.follower_id == reader.id
        return self.seen_by(reader).where_has(Article.followers, lambda q: q.where(mine))

    def by_slug(self, slug: str) -> QueryBuilder[Article]:
        """Query the article with a slug."""
        return self.query().where(Article.slug == slug)


class CommentRepository(BaseRepository[Comment]):
    """The comments."""

    def seen_by(self, reader: Account | None) -> QueryBuilder[Comment]:
        """Query comments with all that a reader sees of them."""
        return with_following(self.query(), Comment.followers, reader).with_joined(Comment.author)
