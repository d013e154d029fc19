"""The drawing of a graph as SVG."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from ftf.container import Container

SVG = "{http://www.w3.org/2000/svg}"


def boxes_of(svg: str) -> list[tuple[float, float, float, float]]:
    """Return left, top, right and bottom of each box that has a title."""
    root = ET.fromstring(svg)  # noqa: S314  # ours
    found = []
    for group in root.iter(f"{SVG}g"):
        if group.find(f"{SVG}title") is not None:
            box = group.find(f"{SVG}rect")
            assert box is not None
            x, y, width, height = (
                float(box.attrib[name]) for name in ("x", "y", "width", "height")
            )
            found.append((x, y, x + width, y + height))
    return found


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def chained(count: int, *, width: int) -> Container:
    """Return a container with services that need one to three of those before them."""
    container, kinds = Container(), []
    for number in range(count):
        needed = [
            kinds[place]
            for place in {number - 1, number - width, number // 2}
            if 0 <= place < number
        ]
        names = [f"p{place}" for place in range(len(needed))]
        scope: dict[str, object] = {}
        exec(f"def __init__(self, {', '.join(names)}): ...", scope)  # noqa: S102
        scope["__init__"].__annotations__ = dict(zip(names, needed, strict=True))
        kind = type(f"Service{number}", (), {"__init__": scope["__init__"]})
        kinds.append(kind)
        container.register(kind, scope="scoped")
    return container


@pytest.mark.parametrize(("count", "width"), [(1, 1), (2, 1), (12, 3), (60, 7)])
def test_boxes_do_not_overlap_and_there_is_one_for_each_service(count, width):
    svg = chained(count, width=width).graph().to_svg()
    boxes = boxes_of(svg)
    assert len(boxes) == count
    for number, box in enumerate(boxes):
        assert not any(overlap(box, other) for other in boxes[number + 1 :])
    assert svg == chained(count, width=width).graph().to_svg()


def test_an_empty_graph_is_an_empty_drawing():
    assert boxes_of(Container().graph().to_svg()) == []


def test_services_without_needs_stand_below_in_rows():
    container = Container()
    for number in range(12):
        container.register(type(f"Alone{number}", (), {}))
    boxes = boxes_of(container.graph().to_svg())
    assert len({top for _, top, _, _ in boxes}) > 1
    assert all(not overlap(one, other) for one, other in pairwise(boxes))


def test_each_need_is_a_line_to_the_right():
    class Engine: ...

    class Session:
        def __init__(self, engine: Engine, again: Engine) -> None: ...

    container = Container()
    container.register(Session)
    svg = container.graph().to_svg()
    left = dict(zip(("Session", "Engine"), boxes_of(svg), strict=True))
    assert left["Session"][2] < left["Engine"][0]
    assert svg.count('class="tip"') == 1


def test_what_several_need_is_one_box_at_each_depth():
    class Engine: ...

    class Session:
        def __init__(self, engine: Engine) -> None: ...

    class Orders:
        def __init__(self, session: Session) -> None: ...

    class Products:
        def __init__(self, session: Session) -> None: ...

    class Shop:
        def __init__(self, orders: Orders, session: Session, products: Products) -> None: ...

    container = Container()
    container.register(Shop)
    graph = container.graph()
    names = [
        {each.name: each.needs for each in graph.around(Shop, depth).services}
        for depth in (0, 1, None)
    ]
    assert names[0] == {"Shop": ()}
    needs = {"Shop": ("Orders", "Session", "Products"), "Orders": ("Session",)}
    assert names[1] == {**needs, "Products": ("Session",), "Session": ()}
    assert names[2] == {**names[1], "Session": ("Engine",), "Engine": ()}
    assert len(boxes_of(graph.around(Shop, 1).to_svg())) == 4


def test_the_legend_fits_and_names_what_is_drawn():
    class Session: ...

    class Shop:
        def __init__(self, session: Session, container: Container) -> None: ...

    container = Container()
    container.register(Session, scope="singleton")
    container.register(Shop)
    root = ET.fromstring(container.graph().to_svg())  # noqa: S314  # ours
    texts = [each for each in root.iter(f"{SVG}text") if ": " in (each.text or "")]
    kinds = [(each.text or "").partition(":")[0] for each in texts]
    assert kinds == ["singleton", "transient", "value"]
    last = float(texts[-1].attrib["x"]) + 6.2 * len(texts[-1].text or "")
    assert last <= float(root.attrib["width"])


def test_a_long_name_is_cut_and_whole_in_the_title_and_text_is_escaped():
    long = type("A" * 200, (), {})
    hostile = type("<script>&", (), {})
    container = Container()
    container.register(long)
    container.instance(hostile, hostile())
    svg = container.graph().to_svg()
    assert f"<title>{'A' * 200} (transient)" in svg
    assert f">{'A' * 35}…<" in svg
    assert "<script>" not in svg
    assert "&lt;script&gt;&amp;" in svg


def test_generic_services_are_named_without_their_modules():
    container = Container()
    container.register(list[Container], list)
    (service,) = container.graph().services
    assert service.name == "list[Container]"
