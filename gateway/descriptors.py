"""File descriptors: as many as the configured sessions and the strangers beside them may take, or none of it starts.

Belongs here: raising the process's soft limit. Never here: what is done when they run out all the same (listener).
"""

import resource

from gateway.entrance.listener import DESCRIPTORS_BESIDE_SESSIONS


class TooFewDescriptors(Exception):
    """The hard limit of this process is below what the configuration needs: one line with both figures."""


def ensure(sessions_max: int) -> int:
    """Raises the soft limit to what is needed when it is lower; returns what is needed. Raises TooFewDescriptors."""
    needed = sessions_max + DESCRIPTORS_BESIDE_SESSIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return needed
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise TooFewDescriptors(
            f"gateway.links_max {sessions_max} needs {needed} file descriptors and the process may have {hard}: "
            f"raise its hard limit (ulimit -Hn, LimitNOFILE=) or lower links_max"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    return needed
