"""A drawing of services as SVG."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from html import escape

from ._layout import Edge, Layout, lay_out
from ._service import Service

_HEIGHT, _GAP, _POINT = 40.0, 14.0, 16.0
_COLUMN_GAP, _MARGIN = 64.0, 24.0
_LETTER, _PADDING, _LONGEST = 8.6, 14.0, 36
_LEGEND = 34.0
_KINDS = {
    "singleton": "one for the application",
    "scoped": "one for each scope",
    "transient": "a new one each time",
    "value": "a ready object",
}
# Fill and edge, in light and in dark. Without variables of CSS, which many viewers do not know.
_COLORS = {
    "singleton": ("#dbe7ff", "#3b6fd4", "#1d2f55"),
    "scoped": ("#d9f2e3", "#238551", "#153a29"),
    "transient": ("#eceef2", "#7a8496", "#272c38"),
    "value": ("#fdeccb", "#b7791f", "#41311a"),
}
_LIGHT = "".join(
    f".{kind} rect{{fill:{fill};stroke:{edge}}}" for kind, (fill, edge, _) in _COLORS.items()
)
_DARK = "".join(f".{kind} rect{{fill:{fill}}}" for kind, (_, _, fill) in _COLORS.items())
_STYLE = f"""
svg{{background:#fff}}
text{{fill:#1f2430;font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}}
.name{{font-size:13px;font-weight:600}}.how{{font-size:11px;fill:#667085}}
path{{fill:none;stroke:#98a2b3;stroke-width:1.4}}.tip{{fill:#98a2b3;stroke:none}}
rect{{stroke-width:1.2}}{_LIGHT}
@media(prefers-color-scheme:dark){{svg{{background:#12151d}}text{{fill:#e6e9f0}}.how{{fill:#9aa4b8}}
path{{stroke:#5d6880}}.tip{{fill:#5d6880}}{_DARK}}}
"""


def draw_services(services: Sequence[Service], edges: Iterable[Edge]) -> str:
    """Return an SVG image of services: what needs others is to the left of them.

    Services that need nothing and that nothing needs stand below the others.

    Args:
        services: The services.
        edges: The numbers of a service and of one that it needs, for each need.
    """
    pairs = list(edges)
    linked = sorted({number for pair in pairs for number in pair})
    alone = [number for number in range(len(services)) if number not in set(linked)]
    index = {number: place for place, number in enumerate(linked)}
    layout = lay_out(
        len(linked),
        [(index[begin], index[end]) for begin, end in pairs],
        box=_HEIGHT + _GAP,
        point=_POINT,
    )
    shown = [services[number] for number in linked]
    lefts, width = _lefts(layout, shown)
    bottom = max((y + _HEIGHT / 2 + _GAP / 2 for y in layout.heights.values()), default=0.0)
    boxes = [
        _box(service, lefts[number][0], layout.heights[number], lefts[number][1])
        for number, service in enumerate(shown)
    ]
    lone, width, bottom = _rows([services[each] for each in alone], max(width, 560.0), bottom)
    lines = [_line(route, layout, lefts) for route in layout.routes.values()]
    kinds = {_kind(service) for service in services}
    return "\n".join((*_head(kinds, width, bottom), *lines, *boxes, *lone, "</g>", "</svg>"))


def _head(kinds: Collection[str], width: float, bottom: float) -> Iterator[str]:
    legend = {kind: f"{kind}: {meaning}" for kind, meaning in _KINDS.items() if kind in kinds}
    full = max(width, sum(map(_legend_width, legend.values()))) + 2 * _MARGIN
    height = bottom + 2 * _MARGIN + _LEGEND
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{full:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {full:.0f} {height:.0f}" role="img">'
    )
    yield f"<title>Services and what they need</title><style>{_STYLE}</style>"
    left = _MARGIN
    for kind, text in legend.items():
        yield (
            f'<g class="{kind}"><rect x="{left:.0f}" y="{_MARGIN:.0f}" width="14" height="14" '
            'rx="3"/>'
            f'<text class="how" x="{left + 20:.0f}" y="{_MARGIN + 11:.0f}">{text}</text>'
            "</g>"
        )
        left += _legend_width(text)
    yield f'<g transform="translate({_MARGIN:.0f} {_MARGIN + _LEGEND:.0f})">'


def _legend_width(text: str) -> float:
    return 40 + 6.2 * len(text)


def _lefts(
    layout: Layout, services: Sequence[Service]
) -> tuple[dict[int, tuple[float, float]], float]:
    """Return the left side and the width of each box and point, and the width of all columns."""
    lefts: dict[int, tuple[float, float]] = {}
    left = 0.0
    for items in layout.columns:
        widths = [_width(services[each]) for each in items if each < len(services)]
        width = max(widths, default=0.0)
        lefts |= dict.fromkeys(items, (left, width))
        left += width + _COLUMN_GAP
    return lefts, left - _COLUMN_GAP


def _rows(
    services: Sequence[Service], width: float, bottom: float
) -> tuple[list[str], float, float]:
    """Return the boxes of services without needs in rows, and the size of the drawing with them."""
    boxes: list[str] = []
    left, top = 0.0, bottom + _GAP
    for service in services:
        box = _width(service)
        if left and left + box > width:
            left, top = 0.0, top + _HEIGHT + _GAP
        boxes.append(_box(service, left, top + _HEIGHT / 2, box))
        left += box + _GAP
        width = max(width, box)
    return boxes, width, top + _HEIGHT if services else bottom


def _box(service: Service, left: float, middle: float, width: float) -> str:
    kind = _kind(service)
    top, text = middle - _HEIGHT / 2, left + _PADDING
    title = escape(f"{service.name} ({service.how}) {service.location}".strip())
    return (
        f'<g class="{kind}"><title>{title}</title>'
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{_HEIGHT:.0f}" rx="7"/>'
        f'<text class="name" x="{text:.1f}" y="{top + 17:.1f}">{_short(service)}</text>'
        f'<text class="how" x="{text:.1f}" y="{top + 32:.1f}">{escape(service.how)}</text>'
        "</g>"
    )


def _kind(service: Service) -> str:
    return service.how.partition(",")[0]


def _line(route: Sequence[int], layout: Layout, lefts: dict[int, tuple[float, float]]) -> str:
    first, last = route[0], route[-1]
    x, y = lefts[first][0] + lefts[first][1], layout.heights[first]
    steps = [f"M{x:.1f} {y:.1f}"]
    for each in route[1:]:
        left, width = lefts[each]
        end, height = (left - 6 if each == last else left), layout.heights[each]
        half = (left - x) / 2
        steps.append(
            f"C{x + half:.1f} {y:.1f} {end - half:.1f} {height:.1f} {end:.1f} {height:.1f}"
        )
        if each != last:
            steps.append(f"H{left + width:.1f}")
        x, y = left + width, height
    tip_x, tip_y = lefts[last][0], layout.heights[last]
    tip = f"M{tip_x:.1f} {tip_y:.1f}l-7 -3.5v7z"
    return f'<path d="{"".join(steps)}"/><path class="tip" d="{tip}"/>'


def _width(service: Service) -> float:
    letters = max(min(len(service.name), _LONGEST), len(service.how))
    return letters * _LETTER + 2 * _PADDING


def _short(service: Service) -> str:
    name = service.name
    return escape(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…")
