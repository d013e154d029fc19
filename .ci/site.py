"""Copy the documentation into a folder in the form that Zensical builds it from.

Usage: python .ci/site.py FOLDER

Zensical has no hooks, and reads one folder of pages beside its settings. The pages and `mkdocs.yml`
are copied, without the examples' programs. Links of the READMEs, which are written for the places
of the READMEs in the repository, get the addresses of the same pages on the site.
"""

import re
import shutil
import sys
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
    for readme in (folder / "docs" / "index.md", *folder.glob("docs/packages/*.md")):
        text = readme.read_text(encoding="utf-8")
        here = "" if readme.name == "index.md" else "../"
        for there in ("](docs/", "](../../docs/"):
            text = text.replace(there, f"]({here}")
        readme.write_text(text, encoding="utf-8")
    shutil.copyfile(DOCS / "mkdocs.yml", folder / "mkdocs.yml")
    compare_with_nav(folder)


def compare_with_nav(folder: Path) -> None:
    """End the program if the navigation leaves out a page or names one that does not exist."""
    settings = (folder / "mkdocs.yml").read_text(encoding="utf-8")
    listed = set(re.findall(r"^ +- .+: (\S+\.md)$", settings, re.MULTILINE))
    pages = {path.relative_to(folder / "docs").as_posix() for path in folder.glob("docs/**/*.md")}
    if different := sorted(listed ^ pages):
        sys.exit(f"Pages and the nav of docs/mkdocs.yml differ: {', '.join(different)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
