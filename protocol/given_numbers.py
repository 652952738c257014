"""The numbers that the bank gives to contracts and accounts: an index with two check digits.

Belongs here: making one, and reading the index behind one. Never here: whose it is, numbers of requests.
"""

import numpy as np
import numpy.typing as npt

CONTRACT_NUMBER_STEP = 100  # a number is index × 100 + two check digits, so that it leaves a remainder by 97
_CONTRACT_REMAINDER = 1  # ISO 7064 MOD 97-10
_ACCOUNT_REMAINDER = 2  # another one, so that neither is ever taken for the other


def contract_no_from_index(index: int) -> int:
    """The wire number of the contract at `index` (0-based): index × 100 + check digits, so that it is 1 modulo 97."""
    return _number(index, _CONTRACT_REMAINDER)


def account_no_from_index(index: int) -> int:
    """The wire number of the account at `index` (0-based): index × 100 + check digits, so that it is 2 modulo 97."""
    return _number(index, _ACCOUNT_REMAINDER)


def contract_nos_from_indices(indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Vector form of `contract_no_from_index`: (n,) int64 to (n,) int64."""
    return _numbers(indices, _CONTRACT_REMAINDER)


def account_nos_from_indices(indices: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Vector form of `account_no_from_index`: (n,) int64 to (n,) int64."""
    return _numbers(indices, _ACCOUNT_REMAINDER)


def index_from_contract_no(contract_no: int) -> int:
    """The index behind a contract's wire number, or -1 when the check digits do not fit."""
    index = contract_no // CONTRACT_NUMBER_STEP
    return index if contract_no > 0 and contract_no_from_index(index) == contract_no else -1


def index_from_account_no(account_no: int) -> int:
    """The index behind an account's wire number, or -1 when the check digits do not fit."""
    index = account_no // CONTRACT_NUMBER_STEP
    return index if account_no > 0 and account_no_from_index(index) == account_no else -1


def _number(index: int, remainder: int) -> int:
    return index * CONTRACT_NUMBER_STEP + (97 + remainder - (index * CONTRACT_NUMBER_STEP) % 97)


def _numbers(indices: npt.NDArray[np.int64], remainder: int) -> npt.NDArray[np.int64]:
    base = indices * CONTRACT_NUMBER_STEP
    return base + (97 + remainder - base % 97)
