"""What mkdocs does on the way."""

from mkdocs.structure.pages import Page


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Let the links of the READMEs, which are written for their own folders, work here."""
    if page.file.src_uri == "index.md":
        return markdown.replace("](docs/", "](")
    return markdown.replace("](../../docs/", "](../")
