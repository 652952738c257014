"""Acts about brokers: stops, the mode and the scheme of one.

Belongs here: one struct for each act. Never here: keys of parties, rights and persons, what an act makes (table).
"""

from typing import Annotated

from msgspec import Meta

from ..messages.fields import Count, PartyNo, TradeDate
from ..vocabulary import Mode, Scheme
from .base import ActText

ModeWord = Annotated[str, Meta(pattern=f"^(?:{'|'.join(mode.name for mode in Mode)})$")]
SchemeWord = Annotated[str, Meta(pattern=f"^(?:{'|'.join(scheme.name for scheme in Scheme)})$")]


class StopBrokerAct(ActText, frozen=True, kw_only=True, tag="stop_broker"):
    """A broker's contracts take no new orders; everything else works."""

    party: PartyNo


class ResumeBrokerAct(ActText, frozen=True, kw_only=True, tag="resume_broker"):
    """A stopped broker's contracts take orders again, as their states allow."""

    party: PartyNo


class TerminateBrokerAct(ActText, frozen=True, kw_only=True, tag="terminate_broker"):
    """A broker is stopped for good, for what was unpaid too long, by whomever it is owed; no contract of it begins."""

    party: PartyNo
    trade_date: TradeDate  # this and the case: the obligation
    case: Count


class ChangeModeAct(ActText, frozen=True, kw_only=True, tag="change_mode"):
    """Whether what a broker's customers order with stays frozen on their accounts or is moved, as ChangeMode."""

    party: PartyNo
    mode: ModeWord


class SetSchemeAct(ActText, frozen=True, kw_only=True, tag="set_scheme"):
    """By which scheme orders of a broker's customers come, as SetScheme."""

    party: PartyNo
    scheme: SchemeWord


OfBrokers = StopBrokerAct | ResumeBrokerAct | TerminateBrokerAct | ChangeModeAct | SetSchemeAct
