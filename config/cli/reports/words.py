"""Chinese words of the reports for the names of states, and how dates and times are written.

Belongs here: words. Never here: what a state is (protocol.vocabulary).
"""

from datetime import datetime, tzinfo

from protocol.vocabulary import ComparedField, DifferenceClass, LaneState, ObligationState

LANES = {
    LaneState.TRADING: "交易中",
    LaneState.FINISHED: "已发送完毕",
    LaneState.REVERTING: "冲回中",
    LaneState.COLLECTING: "接收清算数据",
    LaneState.COMPLETE: "数据齐备",
    LaneState.RECONCILED: "对账相符",
    LaneState.PUBLISHED: "已轧差",
    LaneState.CLOSING: "结束委托",
    LaneState.SETTLING: "交收中",
    LaneState.SETTLED: "已交收",
    LaneState.CLOSED: "已结清",
}
OBLIGATIONS = {
    ObligationState.OWED_BY_BROKER: "证券公司应付",
    ObligationState.NOTIFIED: "已通知缓付",
    ObligationState.OWED_BY_BANK: "银行应付",
    ObligationState.PAID: "已结清",
    ObligationState.ADVANCED: "已垫付",
    ObligationState.OVERDUE: "逾期",
}
CLASSES = {
    DifferenceClass.MISSING_HERE: "我行无",
    DifferenceClass.MISSING_THERE: "对方无",
    DifferenceClass.AMOUNT: "金额不符",
    DifferenceClass.STATE: "状态不符",
    DifferenceClass.FEE: "费用不符",
}
FIELDS = {
    ComparedField.ORDER: "委托",
    ComparedField.BUY: "买入成交",
    ComparedField.OPENED: "开户",
    ComparedField.CLOSED: "销户",
    ComparedField.FROZEN: "冻结金额",
    ComparedField.RELEASED: "解冻金额",
    ComparedField.FATE: "委托结果",
    ComparedField.BOUGHT: "买入应扣",
    ComparedField.SOLD: "卖出应付",
    ComparedField.QUANTITY: "成交数量",
    ComparedField.TURNOVER: "成交金额",
    ComparedField.COMMISSION: "佣金",
    ComparedField.STAMP: "印花税",
    ComparedField.TRANSFER: "过户费",
    ComparedField.HANDLING: "经手费",
    ComparedField.REGULATORY: "证管费",
}
CLOSED_AS = {
    None: "未结",
    "DECIDED": "双人认可",
    "CORRECTED": "已调账",
    "AGREES": "复核相符",
    "WITHDRAWN": "随数据撤回",
    "SETTLED": "已结清",
}
BROKER_PAYS, BANK_PAYS, NOBODY_PAYS = "证券公司", "银行", "无"


def by_name(words: dict[LaneState, str] | dict[ObligationState, str], number: int | None) -> str:
    """The word for a state by its number; a state without one is told by its number, and none by nothing."""
    if number is None:
        return ""
    return {int(state): word for state, word in words.items()}.get(number, f"状态{number}")


def payer(owed_fen: int) -> str:
    """Who pays what a date owes: above 0 the broker, below the bank."""
    return BROKER_PAYS if owed_fen > 0 else BANK_PAYS if owed_fen < 0 else NOBODY_PAYS


def date_text(trade_date: int) -> str:
    """2026-01-05; nothing for 0."""
    return f"{trade_date // 10_000}-{trade_date // 100 % 100:02}-{trade_date % 100:02}" if trade_date else ""


def time_text(seconds: int, zone: tzinfo) -> str:
    """Of seconds since 1970; nothing for 0."""
    return f"{datetime.fromtimestamp(seconds, zone):%Y-%m-%d %H:%M:%S}" if seconds else ""
