"""An order through the bank, from its frame to the news of its row and the page that its broker is told."""

from ledger.order_path.deciding import Decider
from ledger.order_path.row_maker import RowMaker
from ledger.watch.metrics import LedgerMetrics
from ledger.watch.suspects import Suspects
from protocol.messages.codec import decode_link, encode
from protocol.messages.gateway_link import OrdersAsk, OrdersAt, OrdersNews, OrdersTold
from protocol.order_pages import NO_STRETCH, unpack_page
from protocol.vocabulary import BANK_PARTY, FrameKind
from tests.frames import frames_in
from tests.ledger.world import header, signed
from tests.ledger_core.desk import BROKER, CHANNEL, CHANNEL_SEAT, MONDAY, SEAT
from tests.ledger_core.ordering.trading import a_bank, a_customer, order


def test_the_news_of_an_order_leave_behind_its_outcome_and_its_page_is_asked_for() -> None:
    desk = a_bank()
    body = order(a_customer(desk)).tobytes()
    book = desk.book
    decider = Decider(book, RowMaker(book, 1, 1, desk.rows[-1].digest), LedgerMetrics(), Suspects(None, []))
    decider.maker.bank_key_ids = (1, 2)
    number = int(book.next_number[CHANNEL_SEAT])
    version = int(book.session_version[CHANNEL_SEAT])
    said = header(FrameKind.RECORDS, CHANNEL_SEAT, number, 1, CHANNEL)
    frame = signed(said._replace(trade_date=MONDAY, session_version=version), body)

    decided = decider.decide([frame], desk.now_ns)

    assert decided.row is not None
    outcomes, news = frames_in(b"".join(decided.parts()))
    assert (outcomes.header.kind, news.header.kind) == (FrameKind.OUTCOMES, FrameKind.ORDERS_NEWS)
    at = OrdersAt(BROKER, 0, MONDAY, 2)
    assert decode_link(news.body) == OrdersNews(decided.row.sequence, decided.row.digest, [at])

    ask = signed(header(FrameKind.ORDERS_ASK, SEAT, 9, party=BANK_PARTY), encode(OrdersAsk(MONDAY, 1, NO_STRETCH)))
    (told,) = frames_in(b"".join(decider.decide([ask], desk.now_ns).parts()))
    message = decode_link(told.body)
    assert isinstance(message, OrdersTold)
    (entry,) = unpack_page(message.page).entries
    assert (int(entry["seat"]), int(entry["number"]), int(entry["frozen_fen"])) == (CHANNEL_SEAT, number, 1_001_820)
