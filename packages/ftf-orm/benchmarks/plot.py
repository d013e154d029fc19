"""The plot of milliseconds by page, as SVG."""

from collections.abc import Iterable, Mapping, Sequence

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 360, 60, 50, 20, 45
COLORS = ("#1b6ca8", "#7fb2d9", "#c0392b", "#e59866")
TICKS = 5


def svg(title: str, pages: Sequence[int], lines: Mapping[str, Sequence[float]]) -> str:
    """Return a plot with a line for each name."""
    highest = max(max(values) for values in lines.values())
    across = (WIDTH - LEFT - RIGHT) / pages[-1]
    up = (HEIGHT - TOP - BOTTOM) / highest
    parts = [*_axes(pages[-1], highest, across, up)]
    for place, (name, values) in enumerate(lines.items()):
        color = COLORS[place % len(COLORS)]
        points = " ".join(
            f"{LEFT + page * across:.1f},{HEIGHT - BOTTOM - value * up:.1f}"
            for page, value in zip(pages, values, strict=True)
        )
        parts.append(
            f'<polyline fill="none" stroke="{color}" stroke-width="2.5" points="{points}"/>'
        )
        left = LEFT + place * 165
        parts.append(f'<rect x="{left}" y="32" width="14" height="4" fill="{color}"/>')
        parts.append(f'<text x="{left + 20}" y="38">{name}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#333">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
        f'<text x="{LEFT}" y="20" font-size="14">{title}</text>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _axes(last: int, highest: float, across: float, up: float) -> Iterable[str]:
    for tick in range(TICKS + 1):
        y = HEIGHT - BOTTOM - highest * tick / TICKS * up
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        label = f"{highest * tick / TICKS:.0f} ms"
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
        x = LEFT + last * tick / TICKS * across
        yield (
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
            f"{last * tick // TICKS:,}</text>"
        )
    yield f'<text x="{(WIDTH + LEFT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">page</text>'
