"""Recorded order flow: reading it, what each message becomes, and the report of the sample."""

from pathlib import Path

import pytest
import trio

from frontend_sim.auditor.register import Totals
from frontend_sim.market.bank import BrokerEntry
from frontend_sim.market.market_day import informed_auditor
from frontend_sim.practice import cast
from frontend_sim.replay.command import SEAT, comparison, even_customers
from frontend_sim.replay.flow import Fate, FlowReplay, report
from frontend_sim.replay.lobster import FlowFileError, FlowMessage, MessageType, parse_line, read_flow
from frontend_sim.samples import make_sample
from frontend_sim.trading_session.session_log import SessionLog
from protocol.codes import ReplyCode
from protocol.vocabulary import RecordKind
from tests.frontend_sim.memory_seat import MemorySeat

SAMPLE = Path(make_sample.__file__).with_name("lobster_sample.csv")
EXPECTED_REPORT = Path(__file__).with_name("sample_report.txt")
BROKER = BrokerEntry(2, "Replay", (SEAT,), cast.broker_signer())


def replay(lines: list[str], customers: int = 5, balance_fen: int = 20_000_000) -> FlowReplay:
    everyone = even_customers(customers, balance_fen)
    seat = MemorySeat(2, SEAT, informed_auditor([BROKER], everyone))
    numbers = [customer.contract_no for customer in everyone]
    flow = FlowReplay(2, SEAT, seat, numbers, SessionLog(), lambda: 0)
    messages = [parse_line("flow", line_no, line) for line_no, line in enumerate(lines, start=1)]
    trio.run(flow.run, messages)
    return flow


def sent(flow: FlowReplay) -> list[tuple[int, int, int]]:
    """Kind, amount and code of every request."""
    return [(one.kind, one.amount_fen, one.code) for one in flow.log.seen]


def test_a_line_is_read_without_floats() -> None:
    assert parse_line("f", 3, "34200.017459617,5,0,1,2238200,-1") == FlowMessage(
        3, 34_200_017_459_617, MessageType.HIDDEN_EXECUTION, 0, 1, 2_238_200, False
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,1,1,1,1", "5 fields, expected 6"),
        ("noon,1,1,1,1,1", "time 'noon' is no number of seconds"),
        ("86400,1,1,1,1,1", "time '86400' is not within a day"),
        ("1,9,1,1,1,1", "type 9 is none of 1 to 7"),
        ("1,1,1,0,1,1", "size 0 is not within 1 to 2147483647"),
        ("1,1,1,1,-5,1", "price -5 is not within 1 to 1099511627776"),
        ("1,1,1,1.5,1,1", "'1.5' is no whole number"),
        ("1,1,1,1,1,0", "direction is 0, expected 1 or -1"),
    ],
)
def test_a_bad_line_is_named(line: str, reason: str) -> None:
    with pytest.raises(FlowFileError) as caught:
        parse_line("flow.csv", 7, line)
    assert str(caught.value) == f"flow.csv:7: {reason}"


def test_a_long_line_and_a_file_that_is_not_there_are_named(tmp_path: Path) -> None:
    file = tmp_path / "flow.csv"
    file.write_text("1,1,1,1,1,1\n" + "9" * 1_000)
    with pytest.raises(FlowFileError, match=r"flow\.csv:2: longer than 200 characters"):
        list(read_flow(file))
    with pytest.raises(FlowFileError, match="No such file"):
        list(read_flow(tmp_path / "absent.csv"))


def test_a_buy_is_frozen_filled_and_what_is_deleted_is_released() -> None:
    flow = replay(["1,1,7,1000,100000,1", "2,4,7,400,100000,1", "3,2,7,100,100000,1", "4,3,7,500,100000,1"])
    assert sent(flow) == [
        (RecordKind.FREEZE, 1_001_820, 0),
        (RecordKind.FILL_BUY, 400_728, 0),
        (RecordKind.RELEASE, 100_182, 0),
        (RecordKind.RELEASE, 500_910, 0),
    ]


def test_sales_only_fill() -> None:
    flow = replay(["1,1,7,200,100000,-1", "2,4,7,100,100000,-1", "3,3,7,100,100000,-1"])
    assert sent(flow) == [(RecordKind.FILL_SELL, 99_448, 0)]
    assert flow.fates[(MessageType.NEW, Fate.SALE_ORDER)] == 1
    assert flow.fates[(MessageType.DELETE, Fate.SALE_ORDER)] == 1


def test_orders_from_before_the_file() -> None:
    flow = replay(["1,2,7,100,100000,1", "2,3,8,100,100000,1", "3,4,9,100,100000,1", "4,4,10,100,100000,-1"])
    assert sent(flow) == [(RecordKind.FILL_SELL, 99_448, 0)]
    assert sum(count for (_, fate), count in flow.fates.items() if fate is Fate.ORDER_UNKNOWN) == 3


def test_a_hidden_buy_is_frozen_and_filled_at_once_and_a_hidden_sale_filled() -> None:
    flow = replay(["1,5,0,100,100000,1", "2,5,0,100,100000,-1"])
    assert sent(flow) == [
        (RecordKind.FREEZE, 100_502, 0),
        (RecordKind.FILL_SELL, 99_448, 0),
        (RecordKind.FILL_BUY, 100_502, 0),
    ]
    assert flow.fates == {(MessageType.HIDDEN_EXECUTION, Fate.ACCEPTED): 2}


def test_an_order_that_was_refused_never_reached_the_exchange() -> None:
    flow = replay(["1,1,7,1000,100000,1", "2,4,7,400,100000,1", "3,3,7,600,100000,1"], balance_fen=5)
    assert sent(flow) == [(RecordKind.FREEZE, 1_001_820, ReplyCode.INSUFFICIENT_FUNDS)]
    assert flow.fates[(MessageType.EXECUTION, Fate.ORDER_REFUSED)] == 1
    assert flow.fates[(MessageType.DELETE, Fate.ORDER_REFUSED)] == 1


def test_more_than_is_open_is_not_sent_and_halts_are_no_orders() -> None:
    flow = replay(["1,1,7,100,100000,1", "2,4,7,101,100000,1", "3,7,0,0,-1,-1"])
    assert flow.fates[(MessageType.EXECUTION, Fate.OVER_OPEN)] == 1
    assert flow.fates[(MessageType.HALT, Fate.NOT_AN_ORDER)] == 1


def test_an_order_id_is_always_the_same_customer_and_ids_are_spread() -> None:
    flow = replay([], customers=50)
    assert flow.customer_of(7) == flow.customer_of(7)
    assert len({flow.customer_of(order_id) for order_id in range(1_000)}) == 50


def test_the_sample_is_what_its_script_makes() -> None:
    assert SAMPLE.read_text() == "".join(f"{row}\n" for row in make_sample.rows())


def test_the_report_of_the_sample() -> None:
    flow = replay(SAMPLE.read_text().splitlines(), customers=100)
    assert report(flow.fates, flow.codes) + "\n" == EXPECTED_REPORT.read_text()
    auditor = informed_auditor([BROKER], even_customers(100, 20_000_000))
    auditor.judge(flow.log.seen)
    text, agree = comparison(auditor.totals()[2], auditor)
    assert agree
    assert f"the auditor expected {auditor.judged_count} of {auditor.judged_count} answers" in text


def test_one_fen_between_ledger_and_auditor_is_a_difference() -> None:
    auditor = informed_auditor([BROKER], even_customers(1, 100))
    text, agree = comparison(Totals(100, 0, 0, 1), auditor)
    assert not agree
    assert text.splitlines()[4].split() == ["sold", "unsettled", "0.01", "0.00", "0.01"]
