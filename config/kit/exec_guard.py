"""Becomes another program that dies with its parent: run as `python -I -S exec_guard.py …`, never imported.

What belongs here: what must happen between fork and exec (a death signal, another identity), done in a fresh
single-threaded interpreter because code run in a forked copy of a threaded one may deadlock. What never may:
anything that needs a package beyond the standard library.

Arguments: parent's process id, death signal number, user id or -1, group id or -1, then the command.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
EXEC_FAILED = 127


def main(arguments: list[str]) -> int:
    """Drops to the identity, asks for the death signal, and replaces itself by the command.

    Returns: only when the command could not be executed: 127, with one line on stderr.
    """
    parent_pid, death_signal, user_id, group_id = (int(argument) for argument in arguments[:4])
    command = arguments[4:]
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if group_id >= 0:
        os.setgroups([])
        os.setgid(group_id)
    if user_id >= 0:
        os.setuid(user_id)
    # After the identity: the kernel forgets the death signal when credentials change.
    if prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        print(f"exec_guard: prctl failed, errno {ctypes.get_errno()}", file=sys.stderr)
        return EXEC_FAILED
    if os.getppid() != parent_pid:
        print("exec_guard: the parent ended before the command began", file=sys.stderr)
        return EXEC_FAILED
    try:
        os.execvp(command[0], command)  # noqa: S606 - becoming the command, without a shell, is the purpose
    except OSError as error:
        print(f"exec_guard: {command[0]}: {error.strerror}", file=sys.stderr)
    return EXEC_FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
