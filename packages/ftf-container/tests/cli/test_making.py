"""Generators: what they write, and what they refuse."""

import ast

import pytest


def read(shop, path: str) -> str:
    text = (shop.root / path).read_text(encoding="utf-8")
    ast.parse(text)
    return text


FIELDS = {
    "title:str": "title: Mapped[str] = mapped_column(String(255))",
    "title:str(20)!": "title: Mapped[str] = mapped_column(String(20), unique=True)",
    "body:text?": "body: Mapped[str | None] = mapped_column(Text)",
    "stock:int": "stock: Mapped[int]\n",
    "stock:int!?": "stock: Mapped[int | None] = mapped_column(unique=True)",
    "views:bigint": "views: Mapped[int] = mapped_column(BigInteger)",
    "share:float": "share: Mapped[float]\n",
    "price:decimal(8,3)": "price: Mapped[Decimal] = mapped_column(Numeric(8, 3))",
    "price:decimal": "price: Mapped[Decimal] = mapped_column(Numeric(10, 2))",
    "open:bool": "open: Mapped[bool]\n",
    "day:date": "day: Mapped[date]\n",
    "at:datetime": "at: Mapped[datetime] = mapped_column(UtcDateTime)",
    "token:uuid": "token: Mapped[UUID]\n",
    "data:json": "data: Mapped[dict[str, object]] = mapped_column(JSON)",
    "state:enum(open|done)": "state: Mapped[PostState]\n",
    "author:User": 'author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)',
    "author:User?": 'author: Mapped["User | None"] = relationship()',
    "parent:Post": 'parent: Mapped["Post"] = relationship()',
}


@pytest.mark.parametrize("typed", FIELDS)
def test_cli_23_a_valid_field_is_valid_python(shop, make, typed):
    assert make("model", "Post", typed, "--all").exit_code == 0
    assert FIELDS[typed] in read(shop, "shop/models/post.py")
    for path in (
        "shop/repositories/post.py",
        "shop/controllers/post.py",
        "shop/seeders/post.py",
        "tests/factories/post.py",
        "tests/test_post.py",
    ):
        read(shop, path)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("title", "'title' is not a field, from position 6"),
        ("title:", "'title:' is not a field, from position 7"),
        ("Title:str", "field 'Title' is not a name"),
        ("title:str(", "is not a field, from position 11"),
        ("title:str(a)", "write one number in brackets, not 'a'"),
        ("title:str(0)", "0 is not from 1 to 65535"),
        ("title:decimal(5)", "write 2 numbers in brackets, not '5'"),
        ("title:decimal(2,5)", "there are more decimal places than digits"),
        ("title:int(3)", "int takes nothing in brackets"),
        ("title:number", "'number' is not a type. Types: str(n) text"),
        ("title:enum", "value '' is not a name"),
        ("title:enum(a|a)", "a value is there twice"),
        ('title:enum(a"|b)', "is not a name"),
        ("title:str)", "is not a field, from position 10"),
        ("class:str", "field 'class' is not a name"),
        ("match:str", "field 'match' is not a name"),
        ("id:int", "field 'id': every model has this attribute already"),
        ("título:str", "is not a name"),
        (":str", "field '' is not a name"),
        ("#:str", "field '#' is not a name"),
        ("a:List", ""),
    ],
)
def test_cli_23_an_invalid_field_is_refused_with_its_position(shop, make, typed, problem):
    result = make("model", "Post", typed)
    if problem:
        assert result.exit_code == 2
        assert problem in result.stderr
        assert not (shop.root / "shop/models").exists()
    else:
        assert result.exit_code == 0


def test_a_field_that_is_there_twice_is_refused(make):
    assert "The field a is there twice" in make("model", "Post", "a:int", "a:str").stderr


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "class", "P\u043est", "1a", "--", "Exception", "none", "Base", "a.b"]
)
def test_cli_21_a_name_that_is_none_is_refused(shop, make, name):
    for kind in ("model", "job", "event"):
        result = make(kind, name)
        assert result.exit_code == 2
    assert make("provider", "class").exit_code == 2
    assert {*shop.root.rglob("*.py")} == {
        shop.root / "shop/__init__.py",
        shop.root / "shop/main.py",
    }


def test_cli_22_a_reference_shows_the_line_for_the_other_side(shop, make):
    result = make("model", "BlogPost", "author:User")
    assert 'blog_posts: Mapped[list["BlogPost"]] = relationship(back_populates="author")' in (
        result.stdout
    )
    text = read(shop, "shop/models/blog_post.py")
    assert "if TYPE_CHECKING:\n    from .user import User" in text
    assert '__tablename__ = "blog_posts"' in text


def test_a_model_has_the_table_and_the_mixins_that_are_asked_for(shop, make):
    result = make(
        "model",
        "Category",
        "name:str",
        "--table",
        "kinds",
        "--mixins",
        "timestamps",
        "--mixins",
        "softdeletes",
    )
    assert "The table is kinds" in result.stdout
    text = read(shop, "shop/models/category.py")
    assert "class Category(Timestamps, SoftDeletes, Base):" in text
    assert "from ftf.orm import Base, SoftDeletes, Timestamps" in text


def test_cli_19_nothing_is_written_if_one_file_exists(shop, make):
    make("model", "Post", "title:str")
    (shop.root / "shop/models/post.py").write_text("# mine\n")
    result = make("model", "Post", "title:str", "--all")
    assert result.exit_code == 1
    assert "Nothing is written, because these files exist:\n  shop/models/post.py" in result.stderr
    assert not (shop.root / "shop/controllers").exists()
    assert read(shop, "shop/models/post.py") == "# mine\n"
    assert make("model", "Post", "title:str", "--all", "--force").exit_code == 0
    assert "class Post(Base)" in read(shop, "shop/models/post.py")
    assert not [*shop.root.rglob(".post*")]


def test_cli_19_a_difference_or_a_list_writes_nothing(shop, make):
    make("model", "Post", "title:str")
    shown = make("model", "Post", "title:str", "body:text", "-r", "--diff").stdout
    assert "+    body: Mapped[str] = mapped_column(Text)" in shown
    assert "+class PostRepository" in shown
    assert not (shop.root / "shop/repositories").exists()
    assert "post.py stays as it is" in make("model", "Post", "title:str", "--diff").stdout
    listed = make("model", "Tag", "--dry-run", "-t")
    assert listed.exit_code == 0
    assert "would write tests/test_tag.py" in listed.stdout
    assert not (shop.root / "tests").exists()


def test_the_parts_of_a_model_are_written_for_it_alone_too(shop, make):
    make("model", "Post", "title:str", "author:User", "note:str?")
    for kind in ("repository", "controller", "seeder", "factory", "test"):
        assert make(kind, "post").exit_code == 0
    assert "class PostRepository(BaseRepository[Post])" in read(shop, "shop/repositories/post.py")
    controller = read(shop, "shop/controllers/post.py")
    assert "title: Annotated[str, Field(max_length=255)]" in controller
    assert "note: Annotated[str | None, Field(max_length=255)] = None" in controller
    assert "author_id: int" in controller
    assert "test_a_post_is_created" not in read(shop, "tests/test_post.py")


def test_a_part_of_a_model_that_is_not_there_is_refused(shop, make):
    assert "There is no model Post in " in make("controller", "Post").stderr
    shop.write("shop/models/post.py", "class Other: ...")
    assert "has no class Post" in make("controller", "Post").stderr
    shop.write("shop/models/post.py", "class Post(:")
    assert "is not valid Python" in make("controller", "Post").stderr
    make("model", "Tag")
    for kind in ("controller", "seeder"):
        refused = make(kind, "Tag")
        assert refused.exit_code == 2
        assert "There is no repository of Tag in " in refused.stderr


def test_what_a_user_has_written_in_a_model_is_read(shop, make):
    shop.write(
        "shop/models/post.py",
        '''
        class Kind(StrEnum):
            """A kind."""
            NEWS = "news"
        class Empty(StrEnum): ...
        class Post(Base):
            x = 1
            y: int
            id: Mapped[int] = mapped_column(primary_key=True)
            kind: Mapped[Kind]
            name: Mapped[str] = mapped_column(String)
            price: Mapped[Decimal] = mapped_column(Numeric(10))
            point: Mapped[Point]
            tags: Mapped[list["Tag"]] = relationship()
            other: ClassVar[int]
            Post.z: Mapped[int]
    ''',
    )
    assert make("repository", "Post").exit_code == 0
    assert make("controller", "Post").exit_code == 0
    text = read(shop, "shop/controllers/post.py")
    assert "    name: str\n    price: Decimal\n    point: Point\n" in text
    assert "from shop.models.post import Kind, Post" in text
    make("test", "Post")
    assert '"kind": "news",' in read(shop, "tests/test_post.py")
    make("seeder", "Post")
    assert "{Post.kind: Kind.NEWS}" in read(shop, "shop/seeders/post.py")


def test_a_controller_may_have_no_fields(shop, make):
    make("model", "Post", "-c", "-t", "-s")
    assert "    pass\n" in read(shop, "shop/controllers/post.py")
    assert "BODY: dict[str, object] = {}" in read(shop, "tests/test_post.py")
    assert "store records here" in read(shop, "shop/seeders/post.py")


def test_a_policy_is_for_a_model_and_the_users(shop, make):
    make("model", "Post", "title:str")
    refused = make("policy", "Post")
    assert refused.exit_code == 2
    assert "User" in refused.stderr
    make("model", "Account", "name:str")
    result = make("policy", "Post", "--user", "Account")
    assert "\n    app.add_policy(Post, PostPolicy)\n" in result.stdout
    text = read(shop, "shop/policies/post.py")
    assert "from ftf.http.auth import Policy\n" in text
    assert "from shop.models.account import Account\nfrom shop.models.post import Post\n" in text
    assert "    def update(self, user: Account, record: Post) -> bool:\n" in text
    assert make("policy", "Account", "--user", "Account").exit_code == 0
    assert read(shop, "shop/policies/account.py").count("import Account\n") == 1


@pytest.mark.parametrize(
    ("arguments", "path", "text"),
    [
        (("provider", "mail"), "shop/providers/mail.py", "class MailProvider(ServiceProvider):"),
        (("provider", "Provider"), "shop/providers/provider.py", "class Provider("),
        (("middleware", "Timing"), "shop/middleware/timing.py", "class Timing:"),
        (("command", "posts", "prune-all"), "shop/commands/posts/prune_all.py", "def prune_all("),
        (("command", "posts:tidy"), "shop/commands/posts/tidy.py", '"""`ftf posts tidy`."""'),
        (("event", "order_placed"), "shop/events/order_placed.py", "class OrderPlaced:"),
        (("job", "SendReceipt"), "shop/jobs/send_receipt.py", "class SendReceipt(Job):"),
        (
            ("listener", "NotifyUser", "--event", "OrderPlaced"),
            "shop/listeners/notify_user.py",
            "from shop.events.order_placed import OrderPlaced",
        ),
    ],
)
def test_each_kind_is_one_file(shop, make, arguments, path, text):
    result = make(*arguments)
    assert result.exit_code == 0
    assert text in read(shop, path)
    assert (shop.root / path).parent.joinpath("__init__.py").exists()
    if arguments[0] in {"provider", "middleware", "job", "listener"}:
        assert "\nAdd to shop/main.py:\n    from " in result.stdout


def test_a_command_that_was_made_runs(shop, make):
    make("command", "greet")
    assert shop.run("greet", "--times", "2").stdout == "Hello\nHello\n"
    assert make("command", ":").exit_code == 2


def test_a_project_without_a_package_has_its_modules_at_the_top(shop, make):
    shop.write("pyproject.toml", '[tool.ftf]\napp = "main:app"')
    make("model", "Post", "title:str", "-r")
    assert "from models.post import Post" in read(shop, "repositories/post.py")
