"""Copy the documentation into a folder in the form that Zensical builds it from.

Usage: python .ci/site.py FOLDER

Zensical has no hooks, and reads one folder of pages beside its settings. The pages and `mkdocs.yml`
are copied, and the page of an example gets the files of its program. The links of the README, which
are written for its place in the repository, get the addresses of the same pages on the site. The
READMEs of the packages are shown by PyPI as well, where no link into the repository works: a page
that they name becomes a link.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = {".css", ".js", ".md", ".svg"}


def main(folder: Path) -> None:
    """Replace the folder by a copy of the documentation."""
    shutil.rmtree(folder, ignore_errors=True)
    for source in sorted(path for path in DOCS.rglob("*") if path.suffix in PAGES):
        target = folder / "docs" / source.relative_to(DOCS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for page in folder.glob("docs/examples/*.md"):
        with page.open("a", encoding="utf-8") as text:
            text.writelines(files(DOCS / "examples" / page.stem))
    readme = folder / "docs" / "index.md"
    text = readme.read_text(encoding="utf-8").replace("](docs/", "](")
    readme.write_text(text, encoding="utf-8")
    for readme in folder.glob("docs/packages/*.md"):
        text = re.sub(r"`docs/(\S+\.md)`", linked, readme.read_text(encoding="utf-8"))
        readme.write_text(text, encoding="utf-8")
    shutil.copyfile(DOCS / "mkdocs.yml", folder / "mkdocs.yml")
    compare_with_nav(folder)


def files(program: Path) -> Iterator[str]:
    """Yield each file of an example under a heading."""
    yield "\n## The files\n"
    for path in sorted(set(program.rglob("*.py")) - set(program.rglob("__init__.py"))):
        name, code = path.relative_to(program).as_posix(), path.read_text(encoding="utf-8")
        yield f'\n### `{name}`\n\n````python title="{program.name}/{name}"\n{code}````\n'


def linked(page: re.Match[str]) -> str:
    """Make the link to a page that a package's README names, with the page's title."""
    with (DOCS / page[1]).open(encoding="utf-8") as lines:
        return f"[{next(lines).strip('# \n')}](../{page[1]})"


def compare_with_nav(folder: Path) -> None:
    """End the program if the navigation leaves out a page or names one that does not exist."""
    settings = (folder / "mkdocs.yml").read_text(encoding="utf-8")
    listed = set(re.findall(r"^ +- .+: (\S+\.md)$", settings, re.MULTILINE))
    pages = {path.relative_to(folder / "docs").as_posix() for path in folder.glob("docs/**/*.md")}
    if different := sorted(listed ^ pages):
        sys.exit(f"Pages and the nav of docs/mkdocs.yml differ: {', '.join(different)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
