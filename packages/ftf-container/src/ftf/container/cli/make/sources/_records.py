"""The sources around a model: repository, controller, seeder, factory, test."""

from ._imports import imports_of
from ._names import article, plural, snake, words
from ._source import Column, ModelSource


def repository_source(model: str, modules: str) -> str:
    """Return the source of a repository."""
    text = (
        f"class {model}Repository(BaseRepository[{model}]):\n"
        f'    """Reads and writes {plural(words(model))}."""\n'
    )
    head = f'"""The repository of {plural(words(model))}."""\n\n'
    own = {model: f"{modules}models.{snake(model)}"}
    return head + imports_of(text, own=own) + "\n\n" + text


def policy_source(model: str, users: str, modules: str) -> str:
    """Return the source of a policy, which allows everyone to read and no user to write."""
    many = plural(words(model))
    text = _POLICY.format(model=model, users=users, many=many, one=article(words(model)))
    own = {name: f"{modules}models.{snake(name)}" for name in (model, users)}
    imports = imports_of(f"Policy {model} {users}", own=own)
    return f'"""The policy of {many}."""\n\n{imports}\n\n{text}'


def controller_source(model: str, modules: str, source: ModelSource) -> str:
    """Return the source of a controller that lists, creates, shows, changes and removes records."""
    one, many, key = words(model), plural(snake(model)), f"{snake(model)}_id"
    fields = "\n".join(f"    {_schema_field(each)}" for each in source.columns) or "    pass"
    text = _CONTROLLER.format(
        model=model,
        name=_controller_name(model),
        one=article(one),
        noun=one,
        many=plural(one),
        path=many.replace("_", "-"),
        attribute=many,
        key=key,
        fields=fields,
        changes="\n".join(
            f"        record.{each.name} = body.{each.name}" for each in source.columns
        )
        or "        del body",
    )
    own = {f"{model}Repository": f"{modules}repositories.{snake(model)}"}
    own |= {name: f"{modules}models.{snake(model)}" for name in (model, *source.enums)}
    return f'"""{plural(one).capitalize()} over HTTP."""\n\n' + imports_of(text, own=own) + text


def _controller_name(model: str) -> str:
    return f"{model}Controller"


def seeder_source(model: str, modules: str, source: ModelSource) -> str:
    """Return the source of a seeder of one record, which a second run leaves alone."""
    many = plural(snake(model))
    first = next((each for each in source.columns if not each.is_reference), None)
    if first is None or source.has_references:
        body = f"        await self.{many}.count()  # store records here"
    else:
        rest = ", ".join(
            f'"{each.name}": {each.example}' for each in source.columns if each is not first
        )
        body = (
            f"        await self.{many}.first_or_create(\n"
            f"            {{{model}.{first.name}: {first.example}}},\n"
            f"            {{{rest}}},\n"
            "        )"
        )
    text = _SEEDER.format(model=model, many=many, noun=plural(words(model)), body=body)
    own = {f"{model}Repository": f"{modules}repositories.{snake(model)}"}
    if f"{model}." in body:
        own[model] = f"{modules}models.{snake(model)}"
    own |= {name: f"{modules}models.{snake(model)}" for name in source.enums if f"{name}." in body}
    return (
        f'"""The first {plural(words(model))}."""\n\n'
        + _with_utc(imports_of(text, own=own), text)
        + "\n\n"
        + text
    )


def factory_source(model: str, modules: str) -> str:
    """Return the source of a factory for tests."""
    own = f"from {modules}models.{snake(model)} import {model}"
    return (
        f'"""Makes {plural(words(model))} for tests."""\n\n'
        f"from ftf.testing import Factory\n\n{own}\n\n\n"
        f"class {model}Factory(Factory[{model}]):\n"
        f'    """Makes {plural(words(model))} with generated values."""\n'
    )


def test_source(model: str, source: ModelSource) -> str:
    """Return the source of a test of a model's controller."""
    path = plural(snake(model)).replace("_", "-")
    one, many = article(words(model)), plural(snake(model))
    head = (
        f'"""{plural(words(model)).capitalize()} over HTTP."""\n\n'
        "import pytest\nfrom httpx import AsyncClient\n\n"
        'pytestmark = pytest.mark.usefixtures("db_session")\n'
    )
    listed = _TEST_OF_LIST.format(path=path, many=many)
    if source.has_references:
        return f"{head}\n\n{listed}"
    lines = "\n".join(f'    "{each.name}": {each.json_example},' for each in source.columns)
    body = f"BODY: dict[str, object] = {{\n{lines}\n}}" if lines else "BODY: dict[str, object] = {}"
    test = _TEST.format(path=path, one=one.replace(" ", "_"))
    return f"{head}\n{body}\n\n\n{listed}\n\n{test}"


def _schema_field(column: Column) -> str:
    kind = column.annotation + (" | None" if column.nullable else "")
    if column.limits:
        kind = f"Annotated[{kind}, Field({column.limits})]"
    return f"{column.name}: {kind}" + (" = None" if column.nullable else "")


def _with_utc(imports: str, text: str) -> str:
    """Return imports with the UTC of `datetime`, if the text has it."""
    if "tzinfo=UTC" not in text:
        return imports
    return imports.replace("from datetime import ", "from datetime import UTC, ", 1)


_CONTROLLER = '''
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


class {model}In(BaseModel):
    """What a client says about {one}."""

{fields}


class {model}Out({model}In):
    """What a client sees of {one}."""

    model_config = ConfigDict(from_attributes=True)

    id: int


class {name}(Controller):
    """Lists, creates, shows, changes and removes {many}."""

    prefix = "/{path}"
    tags = ("{many}",)

    def __init__(self, {attribute}: {model}Repository) -> None:
        self.{attribute} = {attribute}

    @get()
    async def index(self, page: PageNumber = 1) -> Page[{model}Out]:
        """List {many}, a page at a time."""
        found = await self.{attribute}.query().order_by({model}.id).paginate(page)
        return found.map({model}Out.model_validate)

    @post(status_code=201)
    async def create(self, body: {model}In) -> {model}Out:
        """Add {one}."""
        record = await self.{attribute}.create({model}(**body.model_dump()))
        return {model}Out.model_validate(record)

    @get("/{{{key}}}")
    async def show(self, {key}: Id) -> {model}Out:
        """Show {one}."""
        return {model}Out.model_validate(await self.{attribute}.find_or_fail({key}))

    @put("/{{{key}}}")
    async def update(self, {key}: Id, body: {model}In) -> {model}Out:
        """Change {one}."""
        record = await self.{attribute}.find_or_fail({key})
{changes}
        return {model}Out.model_validate(await self.{attribute}.update(record))

    @delete("/{{{key}}}", status_code=204)
    async def remove(self, {key}: Id) -> None:
        """Remove {one}."""
        await self.{attribute}.delete(await self.{attribute}.find_or_fail({key}))
'''

_SEEDER = '''class {model}Seeder(Seeder):
    """Stores {noun}; a second run changes nothing."""

    def __init__(self, {many}: {model}Repository) -> None:
        self.{many} = {many}

    async def run(self) -> None:
        """Store the records."""
{body}
'''

_TEST_OF_LIST = """async def test_{many}_are_listed(client: AsyncClient) -> None:
    response = await client.get("/{path}")
    assert response.status_code == 200
    assert response.json()["items"] == []
"""

_TEST = """async def test_{one}_is_created_shown_changed_and_removed(client: AsyncClient) -> None:
    created = await client.post("/{path}", json=BODY)
    assert created.status_code == 201
    place = f"/{path}/{{created.json()['id']}}"
    assert (await client.get(place)).json() == created.json()
    assert (await client.put(place, json=BODY)).status_code == 200
    assert (await client.delete(place)).status_code == 204
    assert (await client.get(place)).status_code == 404
"""


_POLICY = '''class {model}Policy(Policy[{users}]):
    """What users may do with {many}."""

    def view(self, user: {users} | None, record: {model}) -> bool:
        """Return whether a user, or a guest, may read {one}."""
        return True

    def create(self, user: {users}) -> bool:
        """Return whether a user may store {one}."""
        return False

    def update(self, user: {users}, record: {model}) -> bool:
        """Return whether a user may change {one}."""
        return False

    def delete(self, user: {users}, record: {model}) -> bool:
        """Return whether a user may delete {one}."""
        return False
'''
