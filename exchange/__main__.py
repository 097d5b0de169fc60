"""``exchange``: ends with 0 done, 1 refused or failed, 2 wrong usage; never with a traceback."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from exchange.processes import ignore_signals, leave_current_folder

# Before anything else is looked for: a mail is often read in the folder that it was saved to.
leave_current_folder()
if "run" in sys.argv[1:2]:
    # A reload asked for while the program is loaded is met by the start: it reads everything.
    ignore_signals()

from exchange.cli.common import warn  # noqa: E402
from exchange.domain.device import mask_codes  # noqa: E402
from exchange.domain.foreign import storable  # noqa: E402
from exchange.errors import BadInputs, ExchangeError  # noqa: E402

_MOST_FAULTS = 50


def app() -> None:
    """The command line, as much of it as is asked for."""
    if sys.argv[1:2] == ["read"]:
        # It is tried on thousands of files: the rest of the program takes a second to load.
        from exchange.cli.read import app as found
    else:
        from exchange.cli.main import app as found
    found()


def main() -> None:
    """Run the command line."""
    try:
        app()
    except BadInputs as error:
        for fault in error.faults[:_MOST_FAULTS]:
            warn(mask_codes(f"exchange: {fault}"))
        if len(error.faults) > _MOST_FAULTS:
            warn(f"exchange: and {len(error.faults) - _MOST_FAULTS} more")
        warn(mask_codes(f"exchange: {error.message.split(': ')[0]}; nothing was changed"))
        sys.exit(1)
    except ExchangeError as error:
        warn(mask_codes(f"exchange: {error}"))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away: not a failure worth words.
        os._exit(1)  # an orderly end would write to the pipe once more
    except UnicodeEncodeError as error:
        if (typed := _no_text(sys.argv)) is None:
            _fault(error)
        warn(f"exchange: what was typed is no text in UTF-8: {typed}")
        sys.exit(2)
    except OSError as error:
        if os.environ.get("EXCHANGE_TRACEBACK"):
            raise
        warn(mask_codes(f"exchange: {_refused(error)}"))
        sys.exit(1)
    except Exception as error:
        _fault(error)
    finally:
        # What lies in memory goes with the process; looking through it takes a second or more.
        gc.freeze()


def _no_text(words: list[str]) -> str | None:
    """The first word typed that no text can be made of, as it may be shown."""
    return next((mask_codes(ascii(one)) for one in words if storable(one) != one), None)


def _fault(error: Exception) -> NoReturn:
    """End with an internal fault of ours."""
    if os.environ.get("EXCHANGE_TRACEBACK"):
        raise error
    warn(
        f"exchange: an internal fault ({type(error).__name__}); "
        "set EXCHANGE_TRACEBACK=1 to see where"
    )
    sys.exit(1)


def _refused(error: OSError) -> str:
    """What the system refused, where no place of ours has better words for it."""
    place = f"{error.filename}: " if error.filename else ""
    said = error.strerror or type(error).__name__
    return f"{place}{said} (check its folder: owner, mode, free space and the disk)"


if __name__ == "__main__":
    main()
