"""The conversation about a feed of orders: a broker reads what its customers order through the bank.

Belongs here: this scene. Never here: how it is carried and written down (director), other scenes (conversations).
"""

from functools import partial

from protocol.messages.session import OrdersAck
from protocol.order_pages import NO_STRETCH, OrderPageHead, pack_page
from protocol.session.bank import BankSession
from protocol.session.partner import PartnerSession
from tests.vectors.director import NEXT_DATE, SECOND, TRADE_DATE, Director
from tests.vectors.frames.feeds import order_entries


def told_of_orders() -> Director:
    """A broker reads its orders over two links and into the next date."""
    scene = Director("told_of_orders", "a feed of orders: asked for, acknowledged, gone on with on the next link")
    scene.log_on(3)
    scene.say("its orders from number 1 on are wanted", partial(_want, 1, TRADE_DATE, scene.now_ns))
    scene.bank_says("an order, all that there is", partial(_tell, 1, 1, 0, scene.now_ns))
    scene.bank_says("a cancel, as soon as it is asked", partial(_tell, 2, 1, 0, scene.now_ns))
    scene.say("the first is had", partial(_want, 2, TRADE_DATE, scene.now_ns))
    scene.lose()
    scene.wait(SECOND)
    scene.connect(3)
    scene.establish()
    scene.say("the second is wanted again", partial(_want, 2, TRADE_DATE, scene.now_ns))
    scene.bank_says("it comes again", partial(_tell, 2, 1, 0, scene.now_ns))
    scene.say("both are had", partial(_want, 3, TRADE_DATE, scene.now_ns))
    scene.bank_says("their date is over, and a later one has orders", partial(_tell, 3, 0, NEXT_DATE, scene.now_ns))
    scene.say("which are wanted", partial(_want, 1, NEXT_DATE, scene.now_ns))
    scene.say("no orders are wanted any more", partial(_want, 0, NEXT_DATE, scene.now_ns))
    return scene


def _want(number: int, trade_date: int, now_ns: int, partner: PartnerSession) -> None:
    partner.want_orders(OrdersAck(trade_date, number, NO_STRETCH), now_ns)


def _tell(first: int, count: int, next_date: int, now_ns: int, bank: BankSession) -> None:
    head = OrderPageHead(TRADE_DATE, next_date, first, first + count, NO_STRETCH)
    bank.send_feed(pack_page(head, order_entries()[first - 1 : first - 1 + count].tobytes()), now_ns)
