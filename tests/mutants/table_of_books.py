"""Mutants of what is done with a decision: effects, the roll, journal rows, the state digest, invariants, answers.

Belongs here: single wrong lines, each with the money error that it plants. Never here: mutants of what is decided
(table_of_decisions).
"""

from tests.mutants.mutant import AGREE, FOUND, MONEY, REFUSALS, ROLL, ROWS, STATE, Mutant

EFFECTS = [
    Mutant(
        "sign of a release",
        "effects.py",
        "_FROZEN = _by_kind({FREEZE: 1, RELEASE: -1,",
        "_FROZEN = _by_kind({FREEZE: 1, RELEASE: 1,",
        "a cancel freezes as much again",
        (ROLL,),
    ),
    Mutant(
        "withdrawal keeps its power",
        "effects.py",
        "DEPOSIT: 1, WITHDRAWAL: -1})\n_BALANCE",
        "DEPOSIT: 1})\n_BALANCE",
        "money that was withdrawn buys securities",
        (FOUND,),
    ),
    Mutant(
        "refused money moves",
        "effects.py",
        "block.amount_fen if accepted.all() else np.where(accepted, block.amount_fen, 0)",
        "block.amount_fen",
        "a refused or listed request moves money",
        (REFUSALS,),
    ),
    Mutant(
        "listed release moves",
        "effects.py",
        "release_fen = np.where(accepted, block.release_fen, 0)",
        "release_fen = block.release_fen",
        "a listed fill gives back money that stays frozen",
        (REFUSALS,),
    ),
    Mutant(
        "release of a fill stays frozen",
        "effects.py",
        "        frozen_fen -= release_fen\n",
        "        frozen_fen -= 0\n",
        "what a cheaper fill gives back is never free again",
        (MONEY,),
    ),
    Mutant(
        "duplicates lost in the columns",
        "effects.py",
        "np.add.at(book.frozen_fen, block.row, frozen_fen)",
        "book.frozen_fen[block.row] += frozen_fen",
        "of several freezes of one account in a block only the last counts",
        (
            AGREE,
            FOUND,
        ),
    ),
    Mutant(
        "drawn booked as released",
        "effects.py",
        "np.add.at(book.requests.drawn_fen, slot, charge_fen)",
        "np.add.at(book.requests.released_fen, slot, charge_fen)",
        "what a buy cost is told as given back to the customer",
        (FOUND,),
    ),
    Mutant(
        "proceeds in an older date",
        "effects.py",
        "np.add.at(book.sold_unsettled_fen[OPEN],",
        "np.add.at(book.sold_unsettled_fen[OLDER],",
        "proceeds of today settle with those of the day before yesterday",
        (ROLL,),
    ),
    Mutant(
        "older fill without its date",
        "effects.py",
        "    if len(older):\n",
        "    if len(older) > len(block.row):\n",
        "a fill of an old order is not found when its date is settled",
        (ROLL,),
    ),
    Mutant(
        "bound forgets deposits",
        "effects.py",
        "book.owned_fen_bound += int(np.maximum(balance_fen, 0).sum())",
        "book.owned_fen_bound += 0",
        "after deposits a balance grows past what a column is sure to carry",
        (FOUND,),
    ),
]

ROLLED = [
    Mutant(
        "older sum replaced",
        "book.py",
        "columns[OLDER, used] += columns[PREVIOUS, used]",
        "columns[OLDER, used] = columns[PREVIOUS, used]",
        "what is unsettled since three dates is forgotten",
        (ROLL,),
    ),
    Mutant(
        "columns not shifted",
        "book.py",
        "columns[PREVIOUS, used] = columns[OPEN, used]",
        "columns[PREVIOUS, used] += 0",
        "what was bought and sold on the closed date is forgotten",
        (ROLL,),
    ),
    Mutant(
        "freeze carried whole",
        "requests.py",
        'for name in ("kind", "code", "contract", "amount_fen", "drawn_fen", "released_fen"):',
        'for name in ("kind", "code", "contract", "amount_fen", "released_fen"):',
        "a carried order can draw again what it drew yesterday",
        (ROLL,),
    ),
    Mutant(
        "date of an open freeze dropped",
        "unsettled.py",
        "stays = (bought != 0) | (sold != 0) | np.isin(merged, kept)",
        "stays = (bought != 0) | (sold != 0)",
        "the first fill of an old order stops the ledger",
        (ROLL,),
    ),
]

JOURNALED = [
    Mutant(
        "digest without outcomes",
        "row.py",
        "row.control, row.outcomes, row.state_check)",
        "row.control, row.state_check)",
        "a refusal in the journal is turned into an acceptance unseen",
        (ROWS,),
    ),
    Mutant(
        "digest without bank keys",
        "row.py",
        "        *row.bank_key_ids,\n",
        "        0,\n        0,\n",
        "another key is named as the one that signed an outcome",
        (ROWS,),
    ),
    Mutant(
        "bodies unread",
        "row_form.py",
        "if hashlib.sha256(body).digest() != digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]:",
        "if len(body) != body_bytes:",
        "an amount in the journal is changed unseen",
        (ROWS,),
    ),
    Mutant(
        "everybody gets the first outcomes",
        "row.py",
        "        position = end\n",
        "        position += 0\n",
        "a broker is told the outcomes of another",
        (ROWS,),
    ),
    Mutant(
        "row applied out of order",
        "engine.py",
        "if row.sequence != book.sequence + 1:",
        "if row.sequence < book.sequence:",
        "a row of the journal is left out or applied twice at recovery",
        (ROWS,),
    ),
    Mutant(
        "session version stands still",
        "control_rows.py",
        "fits = in_force < wanted <=",
        "fits = in_force <= wanted <=",
        "a recorded logon is accepted again, and its frames with it",
        (REFUSALS,),
    ),
    Mutant(
        "refused control acts",
        "control_rows.py",
        "if code == ReplyCode.ACCEPTED and message is not None:",
        "if message is not None:",
        "a refused opening of contracts opens them",
        (REFUSALS, ROWS),
    ),
    Mutant(
        "head is past",
        "engine.py",
        "return frames.sequence_of(seat, number) if number < used else 0",
        "return frames.sequence_of(seat, number)",
        "a request that was never made is answered with another's outcome",
        (ROLL,),
    ),
]

WATCHED = [
    Mutant(
        "slice without drawn",
        "slices.py",
        "        requests.drawn_fen,\n",
        "",
        "follower and ledger differ in what an order drew, unseen",
        (STATE,),
    ),
    Mutant(
        "slice without restraints",
        "slices.py",
        "        book.restrained_fen,\n",
        "",
        "follower and ledger differ in what is restrained, unseen",
        (FOUND,),
    ),
    Mutant(
        "snapshot without restraints",
        "arrays.py",
        '_ACCOUNT_COLUMNS = ("balance_fen", "frozen_fen", "restrained_fen",',
        '_ACCOUNT_COLUMNS = ("balance_fen", "frozen_fen",',
        "a restraint is gone after a restart from a snapshot",
        (FOUND,),
    ),
    Mutant(
        "no look at what is left",
        "invariants.py",
        '        _demand(power_fen >= 0, "balance − frozen − bought + sold", book)\n',
        "",
        "an account goes below zero and the ledger goes on",
        (STATE,),
    ),
    Mutant(
        "frozen not compared",
        "invariants.py",
        "_demand(frozen_fen == book.frozen_fen[: book.contracts_count],",
        "_demand(frozen_fen >= 0,",
        "frozen money that belongs to no order is not noticed",
        (STATE,),
    ),
    Mutant(
        "totals of one date",
        "totals.py",
        "_sums_by_party(book.bought_unsettled_fen[:, : book.contracts_count]",
        "_sums_by_party(book.bought_unsettled_fen[:1, : book.contracts_count]",
        "the control total leaves out buys of earlier dates",
        (STATE,),
    ),
    Mutant(
        "proceeds told as withdrawable",
        "totals.py",
        "withdrawable_fen = power_fen - int(book.sold_unsettled_fen[:, row].sum())",
        "withdrawable_fen = power_fen",
        "a customer is shown money to withdraw that is not settled",
        (MONEY,),
    ),
    Mutant(
        "small blocks unapplied",
        "engine.py",
        "    apply_effects(book, block, outcomes)\n",
        "    apply_effects(book, block, outcomes) if block.count > 1 else None\n",
        "a single order is accepted and freezes nothing",
        (MONEY,),
    ),
]

OF_BOOKS = [*EFFECTS, *ROLLED, *JOURNALED, *WATCHED]
