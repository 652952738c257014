"""Due times at which nobody served: where each lies then, second by second.

One window of five seconds: pay from 100, late from 130, first due 200, last due 400, end 900.
"""

import pytest

from rules.day.calendar import moved_on

WINDOW = (100, 130, 200, 400, 900)


@pytest.mark.parametrize(
    ("alive_s", "serves_s", "wanted"),
    [
        (140, 199, [100, 130, 200, 400, 900]),  # nothing lies between
        (140, 200, [100, 130, 260, 400, 900]),  # a minute behind the moment from which somebody serves
        (199, 210, [100, 130, 270, 400, 900]),
        (200, 210, [100, 130, 200, 400, 900]),  # somebody served in its second: it was there
        (399, 410, [100, 130, 200, 470, 900]),
        (400, 410, [100, 130, 200, 470, 900]),  # its second was not over
        (401, 410, [100, 130, 200, 400, 900]),
        (190, 395, [100, 130, 455, 456, 900]),  # the last one stays behind the first
        (190, 410, [100, 130, 470, 471, 900]),
        (50, 210, [270, 271, 272, 400, 900]),  # all in their order
        (890, 900, [100, 130, 200, 400, 960]),
    ],
)
def test_due_times_at_which_nobody_served_come_again(alive_s: int, serves_s: int, wanted: list[int]) -> None:
    assert moved_on([WINDOW], alive_s, serves_s) == [wanted]


def test_the_next_window_stays_behind_the_one_before_it() -> None:
    """Nobody served from 890 to 995: the end of the first window is 1,055, and the next one begins behind it."""
    following = tuple(1_000 + second for second in (0, 130, 200, 400, 900))
    assert moved_on([WINDOW, following], 890, 995)[1] == [1_056, 1_130, 1_200, 1_400, 1_900]
    assert moved_on([], 890, 995) == []
