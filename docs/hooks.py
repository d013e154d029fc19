"""What mkdocs does on the way."""

from mkdocs.structure.pages import Page


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Let the links of the README, which is written for the repository's root, work here."""
    return markdown.replace("](docs/", "](") if page.file.src_uri == "index.md" else markdown
