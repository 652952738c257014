"""`python -m config.cli.reports.paper.pages_process DESCRIPTOR`: draws pages for whoever is at the other end of a line.

Belongs here: the loop. Never here: how pages look (pdf_pages), who starts it (painter). It makes no file: a report that
breaks off has nothing of it to remove.
"""

import socket
import sys

from config.cli.reports.paper.drawing import next_drawing, sent
from config.cli.reports.paper.pdf_pages import pdf_of
from config.kit import environment


def main(arguments: list[str]) -> int:
    """Draws until nobody asks any more. Returns: OK."""
    environment.settle()
    with socket.socket(fileno=int(arguments[0])) as line, line.makefile("rwb") as stream:
        while (drawing := next_drawing(stream)) is not None:
            stream.write(sent(pdf_of(drawing)))
            stream.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
