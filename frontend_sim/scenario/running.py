"""A story from its first event to its last: an installation of its own, one event after the other, all of it asked for.

Belongs here: the order of these. Never here: what an event sends (played), what is asked (asking), what is printed
(printing).
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from functools import partial

import msgspec
import trio

from config.cli.links import bank_seat_settings, seat_clock, seat_settings
from config.kit.exit_codes import ExitCode, ProcessFault
from config.kit.processes import Progress
from config.kit.wall_clock import SimulatedClock
from config.schema import Config
from frontend_sim.installation import Installation, desk_settings, temporary_installation
from frontend_sim.market.desks import DAY_SEAT, IDENTITY_SEAT, SAVINGS_SEAT, TELLER_SEAT
from frontend_sim.scenario import telling
from frontend_sim.scenario.asking import Asking
from frontend_sim.scenario.cast import Cast
from frontend_sim.scenario.comparing import differences
from frontend_sim.scenario.customers import customers_told
from frontend_sim.scenario.feeds import Feeds, feed_told
from frontend_sim.scenario.heard import Heard, HeardSeat, heard_seat
from frontend_sim.scenario.played.events import Stage, moment_ns
from frontend_sim.scenario.played.ordering import Ordering
from frontend_sim.scenario.played.people import People
from frontend_sim.scenario.played.pushes import Pushes, cards_of
from frontend_sim.scenario.telling import LAYOUT, EventTold
from frontend_sim.scenario.written.events import Event, words
from frontend_sim.scenario.written.known import number_of
from frontend_sim.scenario.written.story import Story
from gateway.day.desk import DayDesk
from gateway.day.planning.configured import times_of
from gateway.day.planning.plan import window_of
from protocol.client import Seat

GOES_ON_SECONDS = 2.0
GATHER_NS = 10_000_000  # the read model is asked for after every event
replace = msgspec.structs.replace


@dataclass(slots=True)
class Run:
    """One run of a story, and what it found."""

    story: Story
    zone: tzinfo
    tell: Callable[[EventTold], None]
    say: Progress
    otherwise: list[str] = field(default_factory=list)
    """Everything that was otherwise than expected, each with its event."""
    said: list[str] = field(default_factory=list)
    """What desks and processes said in the event under way."""
    trade_dates: list[int] = field(default_factory=list)
    """All that were open so far."""

    async def play(self, config: Config, keep: bool) -> None:
        """Start everything, play all events, stop everything. Raises: ProcessFault."""
        own, begins_at_ns = configured(config, self.story), moment_ns(self.story.events[0].at, self.zone)
        async with temporary_installation(own, self.say, keep, begins_at_ns) as installation:
            server = installation.supervisor.postgres
            if server is None:
                raise ProcessFault("a story needs the embedded PostgreSQL", ExitCode.UNAVAILABLE)
            heard, cast = Heard(), Cast.of(self.story, installation.config)
            async with AsyncExitStack() as stack:
                settings = bank_seat_settings(installation.config)
                bank = await stack.enter_async_context(heard_seat(settings, seat_clock(installation.config), heard))
                await cast.desks.register(bank)
                if self.story.bank_days is not None:
                    await self._open_first(installation.config, cast, self.story.bank_days)
                await cast.register(bank, self.story)
                stage = await self._stage(stack, installation, cast, bank)
                await stage.ordering.begin()
                asking = Asking(server, bank, stage.brokers, cast, self.say)
                if self.story.persons:
                    stage.people.bank = await asking.bank_of_acts(heard.sequence)
                    await stage.people.register(bank, stage.teller, self.story.persons, cast, begins_at_ns // 10**9)
                async with trio.open_nursery() as nursery:
                    for party, seat in stage.brokers.items():
                        nursery.start_soon(stage.feeds.listen, party, seat)
                    await self._play(stage, asking)
                    nursery.cancel_scope.cancel()

    async def _open_first(self, config: Config, cast: Cast, bank_days: tuple[date, ...]) -> None:
        """The first date with its due times, before there is any broker: so that none has an older date."""
        times = times_of(config)
        windows = [window_of(number_of(day), times).due_times() for day in bank_days]
        async with Seat.open(desk_settings(config, cast.desks, DAY_SEAT), seat_clock(config)) as seat:
            await DayDesk(seat, self.said.append).open_date(number_of(self.story.trade_date), windows)

    async def _stage(self, stack: AsyncExitStack, installation: Installation, cast: Cast, bank: HeardSeat) -> Stage:
        """Every seat opened that stays open."""
        config, brokers, heard = installation.config, dict[int, HeardSeat](), bank.heard
        clock = seat_clock(config)
        for broker in cast.brokers.values():
            settings = seat_settings(config, broker.party, broker.seats[0], broker.signer)
            brokers[broker.party] = await stack.enter_async_context(heard_seat(settings, clock, heard))
        savings, teller = [
            await stack.enter_async_context(heard_seat(desk_settings(config, cast.desks, seat), clock, heard))
            for seat in (SAVINGS_SEAT, TELLER_SEAT)
        ]

        def desk_seat(seat: int) -> AbstractAsyncContextManager[HeardSeat]:
            return heard_seat(desk_settings(config, cast.desks, seat), clock, heard)

        channels = dict[tuple[str, int], HeardSeat]()
        for name, channel in cast.channels.items():
            for broker_party, number in channel.seats.items():
                settings = seat_settings(config, channel.party, number, channel.signer)
                channels[name, broker_party] = await stack.enter_async_context(heard_seat(settings, clock, heard))
        simulated = SimulatedClock(config.clock_file)
        return Stage(
            story=self.story,
            installation=installation,
            cast=cast,
            people=People(),
            heard=heard,
            clock=simulated,
            zone=self.zone,
            savings=savings,
            teller=teller,
            brokers=brokers,
            feeds=Feeds(self.say),
            pushes=Pushes(
                cast, brokers, partial(desk_seat, IDENTITY_SEAT), cards_of(self.story, cast), self.said.append
            ),
            ordering=Ordering(self.story, cast, self.zone, simulated, bank, teller, brokers, channels, desk_seat),
            trade_date=number_of(self.story.trade_date),
            say=self.said.append,
        )

    async def _play(self, stage: Stage, asking: Asking) -> None:
        stage.heard.take()
        for name, broker in stage.cast.brokers.items():
            self.said.append(f"{name} is broker {broker.party}, with seat {broker.seats[0]}")
        self._tell(await self._told(0, None, stage, asking), None)
        for number, event in enumerate(self.story.events, start=1):
            async with self._says_that_it_goes_on(number):
                differs = await stage.play(event)
                told = await self._told(number, event, stage, asking)
            told.differs.extend(differs)
            self._tell(told, event)

    async def _told(self, number: int, event: Event | None, stage: Stage, asking: Asking) -> EventTold:
        if stage.trade_date not in self.trade_dates:
            self.trade_dates.append(stage.trade_date)
        cast, answers = stage.cast, stage.heard.take()
        seen = await asking.see(stage.heard.sequence, self.trade_dates)
        said = list(self.said)
        self.said.clear()
        return EventTold(
            layout=LAYOUT,
            event=number,
            at=self._at(event.at if event is not None else self.story.events[0].at),
            do=str(event.__struct_config__.tag) if event is not None else "begin",
            what=words(event) if event is not None else self.story.title,
            note=event.note if event is not None else "",
            trade_date=stage.trade_date,
            answers=answers,
            said=said,
            feed=feed_told(await stage.feeds.take(seen.read_model.feeds), cast),
            as_of_sequence=seen.read_model.sequence,
            customers=customers_told(seen, cast),
            books=telling.books_told(seen, cast),
            lanes=telling.lanes_told(seen, cast),
            obligations=telling.obligations_told(seen, cast),
            clearing=telling.clearing_told(seen, cast),
            restraints=telling.restraints_told(seen, cast),
            pushes=telling.pushes_told(seen, cast),
            worklist=telling.worklist_told(seen, cast),
            refusals=dict(sorted(stage.heard.refusals.items())),
            differs=list(seen.apart),
        )

    def _at(self, at: datetime) -> str:
        return at.replace(tzinfo=self.zone).isoformat(timespec="seconds")

    def _tell(self, told: EventTold, event: Event | None) -> None:
        if event is not None and event.expects is not None:
            told.differs.extend(differences(event.expects, told))
        self.otherwise += [f"event {told.event}: {line}" for line in told.differs]
        self.tell(told)

    @asynccontextmanager
    async def _says_that_it_goes_on(self, number: int) -> AsyncIterator[None]:
        async def say() -> None:
            while True:
                await trio.sleep(GOES_ON_SECONDS)
                self.say(f"event {number} goes on")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(say)
            yield
            nursery.cancel_scope.cancel()


def configured(config: Config, story: Story) -> Config:
    """The configuration of a story's own installation: its first trade date, simulated time, a small cluster, a
    read model that is close behind."""
    opens_later = story.bank_days is not None  # it is opened with its due times behind the date before it
    first = story.trade_date - timedelta(days=1) if opens_later else story.trade_date
    return replace(
        config,
        trade=replace(config.trade, date=number_of(first)),
        clock=replace(config.clock, simulation=True),
        follower=replace(config.follower, gather_ns=GATHER_NS),
        postgres=replace(config.postgres, log_files_ahead=0),
    )
