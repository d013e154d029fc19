"""Events of orders, and a listener that writes what it is told after the commit."""

from services import Journal


class OrderPlaced: ...


class OrderPaid: ...


async def tell(event: OrderPlaced, journal: Journal) -> None:
    journal.append("tell")
