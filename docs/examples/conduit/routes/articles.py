"""Articles and comments over HTTP."""

import re
from datetime import UTC, datetime
from secrets import token_hex

from fastapi import HTTPException

from ftf.http import Controller, Injected, delete, get, post, put
from ftf.http.auth import CurrentUser, public
from ftf.orm import QueryBuilder, RecordNotFound, Repository, transaction

from .. import schemas
from ..models import Account, Article, Comment, Favorite, Tag
from ..repositories import ArticleRepository, CommentRepository


class ArticleRoutes(Controller):
    """Articles, lists of them, the feed and favourites."""

    prefix = "/api"
    tags = ("articles",)

    def __init__(self, articles: ArticleRepository, favorites: Repository[Favorite]) -> None:
        self.articles = articles
        self.favorites = favorites

    @get("/articles")
    async def index(  # noqa: PLR0917  # as many as the API has
        self,
        reader: CurrentUser[Account | None],
        tag: schemas.Filter = None,
        author: schemas.Filter = None,
        favorited: schemas.Filter = None,
        limit: schemas.Limit = 20,
        offset: schemas.Offset = 0,
    ) -> schemas.Articles:
        """List articles, the newest first."""
        return await _page(self.articles.search(reader, tag, author, favorited), limit, offset)

    @get("/articles/feed")
    async def feed(
        self, me: CurrentUser[Account], limit: schemas.Limit = 20, offset: schemas.Offset = 0
    ) -> schemas.Articles:
        """List the articles of those whom one follows, the newest first."""
        return await _page(self.articles.feed(me), limit, offset)

    @post("/articles", status_code=201)
    async def create(
        self, article: schemas.Wrapped[schemas.NewArticle], me: CurrentUser[Account]
    ) -> schemas.OneArticle:
        """Publish an article."""
        record = Article(slug=_slug(article.title), author_id=me.id, **article.model_dump())
        return await self.show((await self.articles.create(record)).slug, me)

    @get("/articles/{slug}")
    async def show(self, slug: str, reader: CurrentUser[Account | None]) -> schemas.OneArticle:
        """Show an article."""
        found = await self.articles.seen_by(reader).where(Article.slug == slug).first_or_fail()
        return {"article": schemas.ArticleOut.model_validate(found)}

    @put("/articles/{slug}")
    async def update(
        self, slug: str, article: schemas.Wrapped[schemas.ArticleChange], me: CurrentUser[Account]
    ) -> schemas.OneArticle:
        """Change what is sent of one's own article; another title makes another slug."""
        async with transaction(self.articles.session):
            record = await self._own(slug, me)
            if article.title not in {"", record.title}:
                record.slug = _slug(article.title)
            for name, value in article.model_dump(exclude_unset=True).items():
                setattr(record, name, value)
            record.updated_at = datetime.now(UTC)
            await self.articles.update(record)
        return await self.show(record.slug, me)

    @delete("/articles/{slug}", status_code=204)
    async def remove(self, slug: str, me: CurrentUser[Account]) -> None:
        """Delete one's own article, with all that belongs to it."""
        await self.articles.delete(await self._own(slug, me))

    @post("/articles/{slug}/favorite")
    async def favor(self, slug: str, me: CurrentUser[Account]) -> schemas.OneArticle:
        """Like an article; once is enough."""
        article = await self.articles.by_slug(slug).first_or_fail()
        row = {Favorite.article_id: article.id, Favorite.account_id: me.id}
        await self.favorites.insert_or_ignore([row], unique_by=[*row])
        return await self.show(slug, me)

    @delete("/articles/{slug}/favorite")
    async def disfavor(self, slug: str, me: CurrentUser[Account]) -> schemas.OneArticle:
        """Like an article no longer."""
        article = await self.articles.by_slug(slug).first_or_fail()
        mine = self.favorites.query().where(Favorite.account_id == me.id)
        await mine.where(Favorite.article_id == article.id).delete()
        return await self.show(slug, me)

    @get("/tags")
    @public
    async def tag_names(self, tags: Injected[Repository[Tag]]) -> schemas.TagNames:
        """List every tag once."""
        return {"tags": await tags.query().distinct().order_by(Tag.name).pluck(Tag.name)}

    async def _own(self, slug: str, me: Account) -> Article:
        query = self.articles.by_slug(slug).with_(Article.tags).lock_for_update()
        article = await query.first_or_fail()
        if article.author_id != me.id:
            raise HTTPException(403, {"article": ["forbidden"]})
        return article


class CommentRoutes(Controller):
    """Comments on an article."""

    prefix = "/api/articles/{slug}/comments"
    tags = ("comments",)

    def __init__(self, articles: ArticleRepository, comments: CommentRepository) -> None:
        self.articles = articles
        self.comments = comments

    @get()
    async def index(self, slug: str, reader: CurrentUser[Account | None]) -> schemas.Comments:
        """List the comments on an article, the newest first."""
        article = await self.articles.by_slug(slug).first_or_fail()
        found = self.comments.seen_by(reader).where(Comment.article_id == article.id)
        comments = await found.latest().get()
        return {"comments": [schemas.CommentOut.model_validate(comment) for comment in comments]}

    @post(status_code=201)
    async def create(
        self, slug: str, comment: schemas.Wrapped[schemas.NewComment], me: CurrentUser[Account]
    ) -> schemas.OneComment:
        """Comment on an article."""
        article = await self.articles.by_slug(slug).first_or_fail()
        record = Comment(article_id=article.id, author_id=me.id, body=comment.body)
        await self.comments.create(record)
        found = await self.comments.seen_by(me).find_or_fail(record.id)
        return {"comment": schemas.CommentOut.model_validate(found)}

    @delete("/{comment_id}", status_code=204)
    async def remove(
        self, slug: str, comment_id: schemas.CommentId, me: CurrentUser[Account]
    ) -> None:
        """Delete one's own comment."""
        article = await self.articles.by_slug(slug).first_or_fail()
        found = self.comments.query().where(Comment.article_id == article.id)
        comment = await found.find_or_fail(comment_id)
        if comment.author_id != me.id:
            raise HTTPException(403, {"comment": ["forbidden"]})
        if not await found.where_key(comment_id).delete():  # another request was faster
            raise RecordNotFound(Comment)


async def _page(found: QueryBuilder[Article], limit: int, offset: int) -> schemas.Articles:
    """Read a page of articles without their bodies, and count all of them."""
    page = found.without_columns(Article.body).latest().limit(limit).offset(offset)
    articles, count = await page.get_and_count()
    return schemas.Articles.model_validate({"articles": articles, "articles_count": count})


def _slug(title: str) -> str:
    """Make a slug that no other article has, whatever its title is."""
    words = re.sub("[^a-z0-9]+", "-", title.lower())[:60].strip("-")
    return f"{words or 'article'}-{token_hex(6)}"
