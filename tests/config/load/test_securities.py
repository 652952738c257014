"""Files of securities, prices and suspensions: what their lines become, what is wrong in them, what people sign."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio

from config.cli.acts.writing import Header, fields_of_list, written
from config.cli.load.csv_files import DataFileError, FileKind, read_pieces
from config.cli.load.lists import read_list
from config.cli.load.securities import PriceLine
from config.cli.load.sending import Loader
from config.kit.exit_codes import ProcessFault
from protocol.acts.ordering.securities import RegisterSecuritiesAct, SetPricesAct
from protocol.codes import ReplyCode
from protocol.limits import CONTROL_BODY_BYTES_MAX
from protocol.messages.codec import encode
from protocol.messages.control import ControlMessage
from protocol.messages.orders.securities import (
    RegisterSecurities,
    ResumeSecurity,
    SecurityVersion,
    SetPrices,
    SuspendSecurity,
    rests_of,
)
from protocol.messages.queries import AccountAnswer
from protocol.vocabulary import Market
from tests.frontend_sim.memory_seat import TODAY, MemoryOutcome
from tests.securities import NO_REST, bond, share

SECURITIES = ",".join(FileKind.SECURITIES.value)
PRICES = ",".join(FileKind.PRICES.value)
SUSPENSIONS = ",".join(FileKind.SUSPENSIONS.value)
MONDAY, TUESDAY = 20_260_105, 20_260_106
SHARE = "shanghai,600000,share,1,100,100,1_000_000,100,100,1000000,yes,0.01,1,no,20260105,"
BOND = "shanghai,019547,bond,10,1,1,10000,1,1,10000,no,0.01,100.00,yes,20260105,"


def file_of(folder: Path, *lines: str) -> Path:
    file = folder / "data.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@dataclass
class Bank:
    """Takes what it is sent; of a list from the place where it stands, and no more than `takes` lines of it."""

    sent: list[ControlMessage] = field(default_factory=list)
    refuses: dict[type[ControlMessage], ReplyCode] = field(default_factory=dict)
    told: int = 0
    takes: int = 100_000

    async def control(self, message: ControlMessage) -> MemoryOutcome:
        self.sent.append(message)
        code, told = self.refuses.get(type(message), ReplyCode.ACCEPTED), 0
        if isinstance(message, RegisterSecurities | SetPrices) and message.act:
            count = len(message.versions if isinstance(message, RegisterSecurities) else message.prices)
            if message.first < self.told:
                code = ReplyCode.ACT_REPEATED
            elif self.told + count > self.takes:
                code = ReplyCode.DECISION_DIFFERS
            else:
                self.told += count
            told = self.told
        return MemoryOutcome(code, 1, TODAY, 1, 1, told, 0)

    async def accounts(self, bank_account_nos: list[int]) -> AccountAnswer:
        raise AssertionError(bank_account_nos)


def loaded(bank: Bank, file: Path, act: int = 0) -> str:
    loader = Loader(bank, print)

    async def scenario() -> None:
        if act:
            await loader.tell(file, act)
        else:
            await loader.load(file, read_pieces(file))

    trio.run(scenario)
    return loader.summary()


def test_lines_are_versions_limits_and_suspensions(tmp_path: Path) -> None:
    (piece,) = read_pieces(file_of(tmp_path, SECURITIES, SHARE, BOND))
    assert (piece.kind, piece.items) == (FileKind.SECURITIES, [share(MONDAY), bond(MONDAY)])

    (piece,) = read_pieces(
        file_of(tmp_path, PRICES, "shanghai,600000,20260105,9.00,11,", "shenzhen,1a,20260106,1,2,0.5")
    )
    assert piece.items == [
        PriceLine(Market.XSHG, "600000", MONDAY, 90_000, 110_000, 0),
        PriceLine(Market.XSHE, "1A", TUESDAY, 10_000, 20_000, 5_000),
    ]

    pieces = list(read_pieces(file_of(tmp_path, SUSPENSIONS, "shanghai,600000,yes,停牌", "shanghai,600000,no,复牌")))
    assert [each.items for each in pieces] == [
        [SuspendSecurity(Market.XSHG, "600000", "停牌")],
        [ResumeSecurity(Market.XSHG, "600000", "复牌")],
    ]


@pytest.mark.parametrize(
    ("head", "line", "reason"),
    [
        (SECURITIES, SHARE.replace("shanghai", "beijing"), "market: 'beijing' is none of shanghai, shenzhen"),
        (SECURITIES, SHARE.replace("600000", "60-000"), "security: "),
        (SECURITIES, SHARE.replace(",share,", ",warrant,"), "product: 'warrant' is none of share, fund, bond, repo"),
        (SECURITIES, SHARE.replace("share,1,100,", "share,1,200000000,"), "buy_least: 200000000 is above 1000000"),
        (SECURITIES, SHARE.replace("share,1,100,100", "share,1,150,100"), "buy_step: 150 and 1000000 are not both"),
        (SECURITIES, SHARE.replace("share,1,", "share,0,"), "multiplier: "),
        (SECURITIES, SHARE.replace("share,1,", "share,2148,"), "multiplier: with the most of an order"),
        (SECURITIES, SHARE.replace("0.01", "0.00001"), "tick_yuan: '0.00001' is no price such as 9.05"),
        (SECURITIES, SHARE.replace("0.01", "1e3"), "tick_yuan: '1e3' is no price"),
        (SECURITIES, SHARE.replace("20260105", "20260230"), "first_date: '20260230' is no day"),
        (SECURITIES, SHARE + "20260104", "last_date: 20260104 is before 20260105"),
        (PRICES, "shanghai,600000,20260105,11.01,11,", "low_yuan: 11.01 is above 11"),
        (PRICES, "shanghai,600000,20260105,0,11,", "low: "),
        (SUSPENSIONS, "shanghai,600000,perhaps,x", "suspended: 'perhaps' is none of yes, no"),
        (SUSPENSIONS, "shanghai,600000,yes,", "reason: "),
    ],
)
def test_a_line_that_is_wrong_is_told_with_its_reason(tmp_path: Path, head: str, line: str, reason: str) -> None:
    with pytest.raises(DataFileError) as told:
        list(read_pieces(file_of(tmp_path, head, line)))
    assert str(told.value).startswith(f"{tmp_path}/data.csv:2: {reason}")


def test_a_security_and_date_stands_once_in_a_piece(tmp_path: Path) -> None:
    (piece,) = read_pieces(file_of(tmp_path, SECURITIES, SHARE, SHARE.replace("20260105", "20260106")))
    assert len(piece.items) == 2
    with pytest.raises(DataFileError, match=r":3: security: 600000 of 20260105 stands in line 2 already"):
        list(read_pieces(file_of(tmp_path, SECURITIES, SHARE, SHARE)))


def test_versions_go_in_messages_of_64_and_prices_of_one_date_together(tmp_path: Path) -> None:
    bank = Bank()
    lines = [SHARE.replace("600000", f"{600_000 + place}") for place in range(65)]
    assert loaded(bank, file_of(tmp_path, SECURITIES, *lines)) == "securities 65 loaded, 0 already there"
    first, second = bank.sent
    assert isinstance(first, RegisterSecurities)
    assert (first.act, first.first, len(first.versions), first.rest) == (0, 0, 64, NO_REST)
    assert second == RegisterSecurities(0, 0, [share(MONDAY, "600064")], NO_REST)
    assert len(encode(first)) < CONTROL_BODY_BYTES_MAX

    bank = Bank()
    dates = ["20260105", "20260105", "20260106"]
    priced = [f"shanghai,60000{place},{date},9,11," for place, date in enumerate(dates)]
    assert loaded(bank, file_of(tmp_path, PRICES, *priced)) == "prices 3 loaded, 0 already there"
    assert [(each.trade_date, len(each.prices)) for each in bank.sent if isinstance(each, SetPrices)] == [
        (MONDAY, 2),
        (TUESDAY, 1),
    ]


def test_what_the_bank_refuses_is_told_with_its_line(tmp_path: Path) -> None:
    bank = Bank(refuses={RegisterSecurities: ReplyCode.ACT_NEEDED, SuspendSecurity: ReplyCode.STATUS_FORBIDS})
    with pytest.raises(DataFileError, match=r"data.csv:2: refused by the bank: ACT_NEEDED; the bank is sealed"):
        loaded(bank, file_of(tmp_path, SECURITIES, SHARE))
    stopped = file_of(tmp_path, SUSPENSIONS, "shanghai,600000,yes,停牌")
    assert loaded(bank, stopped) == "suspensions 0 loaded, 1 already there"


def test_a_signed_list_is_told_from_where_it_stands(tmp_path: Path) -> None:
    file = file_of(tmp_path, SECURITIES, *(SHARE.replace("600000", f"{600_000 + place}") for place in range(130)))
    versions = read_list(file).items
    bank = Bank(told=64)

    assert loaded(bank, file, act=7) == "securities 66 loaded, 64 already there"
    assert [each.first for each in bank.sent if isinstance(each, RegisterSecurities)] == [0, 64, 128]
    last = bank.sent[-1]
    assert isinstance(last, RegisterSecurities)
    assert (last.act, last.rest) == (7, NO_REST)
    assert bank.sent[1].rest == rests_of([each for each in versions if isinstance(each, SecurityVersion)])[128]  # type: ignore[union-attr]

    with pytest.raises(DataFileError, match=r"data.csv:66 to 129: refused by the bank: DECISION_DIFFERS"):
        loaded(Bank(takes=64), file, act=7)


def test_what_people_sign_of_a_file(tmp_path: Path) -> None:
    header = Header(1, "0123456789abcdef", "新增证券", 5, 1_800_000_000, None)
    file = file_of(tmp_path, SECURITIES, SHARE, BOND)
    act, _text = written("register_securities", header, [f"list={file}", "last_date=20260106"])
    assert isinstance(act, RegisterSecuritiesAct)
    assert (act.count, act.digest, act.last_date) == (2, rests_of([share(MONDAY), bond(MONDAY)])[0].hex(), TUESDAY)
    with pytest.raises(ProcessFault, match="no list of set_prices"):
        fields_of_list("set_prices", file)

    file = file_of(tmp_path, PRICES, "shanghai,019547,20260105,100,110,1.2345")
    act, _text = written("set_prices", header, [f"list={file}"])
    assert isinstance(act, SetPricesAct)
    assert (act.count, act.trade_date) == (1, MONDAY)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((SECURITIES,), ":1: a list that people sign is one of securities or prices"),
        (("party,mode", "2,freeze"), ":1: a list that people sign is one of securities or prices"),
        (
            (PRICES, "shanghai,600000,20260105,9,11,", "shanghai,600000,20260106,9,11,"),
            ":3: trade_date: a list of prices is of one date, 20260105",
        ),
    ],
)
def test_a_file_that_is_no_list(tmp_path: Path, lines: tuple[str, ...], reason: str) -> None:
    with pytest.raises(DataFileError) as told:
        read_list(file_of(tmp_path, *lines))
    assert str(told.value).startswith(f"{tmp_path}/data.csv{reason}")
