"""Mutants of the lane, which proves for a whole block at once what the law would say.

Belongs here: single wrong lines, each with the money error that it plants. Never here: mutants of the law itself
(decisions).
"""

from tests.mutants.mutant import FOUND, OWN_BLOCK, REFUSALS, SERIALS, SIGN_OFF, Mutant

OF_LANE = [
    Mutant(
        "serials unproved",
        "blocks/serials.py",
        "if is_some(in_order) and is_some(in_order[1:] <= in_order[:-1]):",
        "if is_some(in_order) and is_some(in_order[1:] <= in_order[0]):",
        "a movement that is told twice in one block is booked twice",
        (f"{SERIALS}::test_what_rises_is_booked_and_what_does_not_is_not",),
    ),
    Mutant(
        "freezing after sign-off in a block",
        "blocks/final_codes.py",
        "mark(code, ReplyCode.MARKET_CLOSED, NEEDS_MARKET[kind])",
        "mark(code, ReplyCode.MARKET_CLOSED, np.False_ & NEEDS_MARKET[kind])",
        "an order of the evening is frozen for a day that is being reconciled",
        (f"{SIGN_OFF}::test_the_state_of_the_contract_ranks_before_the_market_and_the_market_before_the_amount",),
    ),
    Mutant(
        "duplicates lost in the proof",
        "blocks/proof.py",
        "np.add.at(sums_fen, buckets, amount_fen)",
        "sums_fen[buckets] += amount_fen",
        "two orders of one account in a block spend the same money",
        (f"{FOUND}::test_an_order_that_no_money_stands_behind_takes_nothing_from_its_neighbours",),
    ),
    Mutant(
        "freeze touched twice",
        "blocks/proof.py",
        "self._hot_accounts.append(accounts_named_twice(targets.slot, accounts, is_open & targets.matched))",
        "self._hot_accounts.append(accounts[:0])",
        "two cancels of one order in a block give its money back twice",
        (f"{FOUND}::test_one_order_cancelled_twice_in_a_block_gives_its_money_back_once",),
    ),
    Mutant(
        "touched twice beside another",
        "blocks/named_twice.py",
        "others = lost[~same]",
        "others = lost[:0]",
        "the same, when another freeze falls into the same bucket of the search",
        (f"{FOUND}::test_two_freezes_named_twice_in_one_bucket",),
    ),
    Mutant(
        "freeze of the same block",
        "blocks/proof.py",
        "self._hot_accounts.append(accounts[is_open & targets.pending])",
        "self._hot_accounts.append(accounts[:0])",
        "a fill of an order of its own block is listed and never paid",
        (OWN_BLOCK,),
    ),
    Mutant(
        "withdrawable not capped",
        "blocks/proof.py",
        "covered_fen[places] -= self._book",
        "covered_fen[places] -= 0 * self._book",
        "in a large block sale proceeds leave the bank before they are settled",
        (f"{REFUSALS}::test_refused_record[PROCEEDS_UNSETTLED-lane]",),
    ),
    Mutant(
        "ranks of the masks",
        "blocks/final_codes.py",
        "np.copyto(code, UNKNOWN_CODE[kind], where=unknown)",
        "np.copyto(code, UNKNOWN_CODE[kind], where=unknown & (code == 0))",
        "a broker learns from the refusal that a foreign customer is suspended",
        (f"{FOUND}::test_brokers_decided_together_keep_off_each_others_contracts",),
    ),
    Mutant(
        "limits are said to be far",
        "blocks/proof.py",
        "book.owned_fen_bound + _BLOCK_FEN_MAX > COLUMN_FEN_MAX",
        "book.owned_fen_bound > COLUMN_FEN_MAX",
        "a balance grows past what a column is sure to carry",
        (f"{REFUSALS}::test_refused_record[LIMIT_EXCEEDED-lane]",),
    ),
    Mutant(
        "limit by single records",
        "blocks/proof.py",
        "self._hot_accounts.append(accounts[column_fen + total_fen > COLUMN_FEN_MAX])",
        "self._hot_accounts.append(accounts[column_fen + added_fen > COLUMN_FEN_MAX])",
        "several deposits of one block pass the limit together",
        (f"{FOUND}::test_deposits_of_one_block_pass_the_limit_together",),
    ),
    Mutant(
        "release of a fill unseen",
        "blocks/proof.py",
        "whole_fen = amount_fen if block.release_fen is None else amount_fen + block.release_fen[at]",
        "whole_fen = amount_fen",
        "a fill that should be listed gives back more than was frozen",
        (f"{REFUSALS}::test_refused_record[LISTED-lane]",),
    ),
    Mutant(
        "refused beside a credit",
        "blocks/proof.py",
        "is_credited = self._is_credited(accounts)",
        "is_credited = self._is_credited(accounts) & False",
        "an order behind the deposit that covers it is refused",
        (f"{FOUND}::test_an_order_behind_the_deposit_that_covers_it",),
    ),
    Mutant(
        "refused beyond buying power",
        "blocks/proof.py",
        "beyond = ~is_credited & (amount_fen > self._owned_fen(accounts))",
        "beyond = ~is_credited & (amount_fen > covered_fen)",
        "an order that only frozen money stops is told that the money does not exist",
        (f"{FOUND}::test_an_order_that_no_money_stands_behind_takes_nothing_from_its_neighbours",),
    ),
    Mutant(
        "accepted beyond all money",
        "blocks/proof.py",
        "code[positions[beyond]] = ReplyCode.INSUFFICIENT_FUNDS",
        "code[positions[beyond]] = ReplyCode.ACCEPTED",
        "an order for more than the customer owns is accepted",
        (f"{FOUND}::test_an_order_that_no_money_stands_behind_takes_nothing_from_its_neighbours",),
    ),
]
