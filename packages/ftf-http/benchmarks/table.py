"""Tables of times, with ratios to one contender."""

from collections.abc import Mapping, Sequence
from statistics import median

type Times = dict[tuple[str, str], list[float]]


def print_table(
    title: str, times: Mapping[tuple[str, str], Sequence[float]], base: str, unit: float = 1e6
) -> None:
    """Print a table in Markdown: a row for each contender, a column for each scenario.

    The ratios are medians of those of the rounds, to the contender `base` at the same place or else
    at its own.

    Args:
        title: What is measured.
        times: The seconds of each round, by scenario and contender.
        base: The contender that the others are compared with.
        unit: How many of the unit that is printed are in a second.
    """
    scenarios = [*dict.fromkeys(scenario for scenario, _ in times)]
    contenders = [*dict.fromkeys(contender for _, contender in times)]
    print(f"\n{title}, and its ratio to {base}\n")
    print(f"| {'':<24} | " + " | ".join(f"{each:>16}" for each in scenarios) + " |")
    print("|---|" + "---:|" * len(scenarios))
    for contender in contenders:
        cells = [_cell(times, scenario, contender, base, unit) for scenario in scenarios]
        print(f"| {contender:<24} | " + " | ".join(f"{cell:>16}" for cell in cells) + " |")


def _cell(
    times: Mapping[tuple[str, str], Sequence[float]],
    scenario: str,
    contender: str,
    base: str,
    unit: float,
) -> str:
    taken = times.get((scenario, contender))
    if taken is None:
        return "–"
    place = contender.partition("/")[2]
    at = next(
        each
        for each in (f"{base}/{place}", f"{base}/included" if place else base, base)
        if (scenario, each) in times
    )
    pairs = zip(taken, times[scenario, at], strict=True)
    ratio = median(mine / theirs for mine, theirs in pairs)
    return f"{median(taken) * unit:.1f} {ratio:.2f} ×"
