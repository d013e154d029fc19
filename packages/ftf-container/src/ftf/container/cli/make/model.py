"""`ftf make model`."""

from pathlib import Path
from typing import Annotated, Literal

from .._console import Console
from .._exit import WRONG_USAGE, Exit
from .._writer import Diff, DryRun, Force, NewFile, show_lines_to_paste
from ..discovery._project import Project
from ..parameters._markers import Argument, Option
from .sources._commands import place_of, show_controller_lines
from .sources._fields import Field, read_field
from .sources._model import model_source
from .sources._names import class_name, plural, snake
from .sources._place import Place
from .sources._records import (
    controller_source,
    factory_source,
    repository_source,
    seeder_source,
    test_source,
)
from .sources._source import parse_model

type Mixin = Literal["timestamps", "softdeletes", "versioned"]

_MIXINS = {"timestamps": "Timestamps", "softdeletes": "SoftDeletes", "versioned": "Versioned"}


def model(
    name: Annotated[str, Argument(help="Its name, as BlogPost.")],
    fields: Annotated[list[str], Argument(help="As title:str(200)! text:text? author:User.")],
    *,
    all: Annotated[bool, Option(help="Write all of the following.", short="a")] = False,  # noqa: A002  # the option is --all
    repository: Annotated[bool, Option(help="Write a repository.", short="r")] = False,
    controller: Annotated[bool, Option(help="Write a controller.", short="c")] = False,
    seeder: Annotated[bool, Option(help="Write a seeder.", short="s")] = False,
    factory: Annotated[bool, Option(help="Write a factory.", short="f")] = False,
    test: Annotated[bool, Option(help="Write a test.", short="t")] = False,
    table: Annotated[str, Option(help="The name of the table.")] = "",
    mixins: Annotated[tuple[Mixin, ...], Option(help="What else it has.")] = (),
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write a model and what belongs to it.

    A field is name:type, then ? if it may be NULL, then ! if it is unique, and its type one of:

        str str(200)               text of a greatest length, by default 255
        text                       text of any length
        int bigint float bool      numbers, and yes or no
        decimal decimal(8,3)       a number of digits and decimal places, by default (10,2)
        date datetime              a day; a moment with its time zone
        uuid json                  an identifier; an object of JSON
        enum(draft|live)           one of these values
        User                       a record of another model: a foreign key and a relationship
    """
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    made = class_name(name)
    read = [read_field(each, made) for each in fields]
    _refuse_doubles(read)
    text = model_source(
        made, read, table or plural(snake(made)), [_MIXINS[each] for each in mixins]
    )
    wanted = {
        "repository": repository or controller or seeder,
        "controller": controller,
        "seeder": seeder,
        "factory": factory,
        "test": test,
    }
    chosen = {each for each, is_wanted in wanted.items() if is_wanted or all}
    place.write(_files(place, made, text, chosen))
    console.line(f"\nThe table is {table or plural(snake(made))}. Next:")
    console.line(f"    ftf make migration {plural(snake(made))}\n    ftf db upgrade")
    if "controller" in chosen:
        show_controller_lines(place, made)
    for field in read:
        if field.target:
            _show_other_side(place, made, field)


def _files(place: Place, name: str, text: str, chosen: set[str]) -> list[NewFile]:
    module, source = snake(name), parse_model(text, name, f"{snake(name)}.py")
    modules = place.modules
    files = place.package_of_module(place.project.models, module, text)
    if "repository" in chosen:
        files += place.module("repositories", module, repository_source(name, modules))
    if "controller" in chosen:
        files += place.module("controllers", module, controller_source(name, modules, source))
    if "seeder" in chosen:
        seeders = place.project.seeders
        files += place.package_of_module(seeders, module, seeder_source(name, modules, source))
    if "factory" in chosen:
        path = Path("tests", "factories", f"{module}.py")
        files.append(NewFile(path, factory_source(name, modules)))
    if "test" in chosen:
        files.append(place.test(module, test_source(name, source)))
    return files


def _show_other_side(place: Place, name: str, field: Field) -> None:
    many = plural(snake(name))
    show_lines_to_paste(
        f"{field.target}, if it is to know its {many}",
        (f'{many}: Mapped[list["{name}"]] = relationship(back_populates="{field.name}")',),
        place.console,
    )
    place.console.line(f'    and relationship(back_populates="{many}") to {name}.{field.name}')


def _refuse_doubles(fields: list[Field]) -> None:
    names = [each.name for each in fields]
    for name in names:
        if names.count(name) > 1:
            raise Exit(f"The field {name} is there twice.", WRONG_USAGE)
