"""The files that the embedded server reads at its start: settings for everybody, and who may connect.

What belongs here: those files. What never may: starting a server.

Who may connect: only the Unix socket, only `peer`: the operating-system user that runs the server and the one
that called us, as role `yzt`, which owns database `yzt` and is no superuser, or as `yzt_reader`, which
may look. Nothing listens on a network.
"""

import os
from contextlib import suppress
from pathlib import Path

from config.kit.exit_codes import ConfigFault
from config.kit.own_files import open_folder_named, open_own
from config.kit.processes import Identity
from config.postgres.install import caller_name

ROLE = "yzt"
READER = "yzt_reader"
SUPERUSER = "postgres"
SETTINGS = Path(__file__).with_name("postgresql.conf")


def write_settings(folder: Path, identity: Identity | None) -> None:
    """Puts our settings and the rules who may connect into a folder that the server's user reads, and only we
    write.

    Not into the data directory: root must not write where another user could have put a link.
    """
    server_user = identity.name if identity else caller_name()
    names = sorted({server_user, caller_name()})
    mapped = [f"yzt {_quoted(name)} {role}" for name in names for role in (ROLE, READER)] + [
        f"yzt {_quoted(server_user)} {SUPERUSER}"
    ]
    hba, ident = folder / "pg_hba.conf", folder / "pg_ident.conf"
    files = {
        folder / "postgresql.conf": f"{SETTINGS.read_text(encoding='utf-8')}\n"
        f"hba_file = {_literal(hba)}\nident_file = {_literal(ident)}\n",
        hba: "".join(f"local all {role} peer map=yzt\n" for role in (ROLE, READER, SUPERUSER)),
        ident: "\n".join(mapped) + "\n",
    }
    with suppress(FileExistsError):
        folder.mkdir()
    descriptor = open_folder_named(folder)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise ConfigFault(f"{folder}: not a folder of our own: move it away")
        os.fchmod(descriptor, 0o755)
    finally:
        os.close(descriptor)
    for path, text in files.items():
        with open_own(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, by_us_alone=True) as file:
            file.write(text.encode())
            os.fchmod(file.fileno(), 0o644)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
