"""``exchange``: exits with 0 done, 1 refused or failed, 2 wrong usage; never with a traceback."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from exchange.processes import ignore_signals, leave_current_folder

_LOADING = 50_000

# Before any other import: people often read a mail in the folder where they saved it.
leave_current_folder()
if "run" in sys.argv[1:2]:
    # A reload requested while the program loads needs nothing: the start reads everything.
    ignore_signals()
else:
    gc.set_threshold(_LOADING)  # loading makes thousands of objects, none of them garbage

from exchange.cli.common import warn  # noqa: E402
from exchange.domain.device import mask_codes  # noqa: E402
from exchange.domain.foreign import storable  # noqa: E402
from exchange.errors import BadInputs, ExchangeError  # noqa: E402

_MOST_FAULTS = 50


def app() -> None:
    """Run the command line."""
    # Imported only now, so that errors while loading are reported in words, too.
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
        # The reader of our output went away: not worth a message.
        os._exit(1)  # an orderly exit would write to the pipe again
    except UnicodeEncodeError as error:
        if (typed := _not_utf8(sys.argv)) is None:
            _fault(error)
        warn(f"exchange: an argument is not valid UTF-8: {typed}")
        sys.exit(2)
    except OSError as error:
        if os.environ.get("EXCHANGE_TRACEBACK"):
            raise
        warn(mask_codes(f"exchange: {_refused(error)}"))
        sys.exit(1)
    except Exception as error:
        _fault(error)
    finally:
        # The process ends and frees its memory; a last collection would take a second or more.
        gc.freeze()


def _not_utf8(words: list[str]) -> str | None:
    """Return the first argument that is not valid UTF-8, safe to print, or None."""
    return next((mask_codes(ascii(one)) for one in words if storable(one) != one), None)


def _fault(error: Exception) -> NoReturn:
    """Report an internal fault and exit with 1."""
    if os.environ.get("EXCHANGE_TRACEBACK"):
        raise error
    warn(
        f"exchange: an internal fault ({type(error).__name__}); "
        "set EXCHANGE_TRACEBACK=1 to see where"
    )
    sys.exit(1)


def _refused(error: OSError) -> str:
    """Return a message for an OSError that no other place has explained."""
    place = f"{error.filename}: " if error.filename else ""
    reason = error.strerror or type(error).__name__
    return f"{place}{reason} (check its folder: owner, mode, free space and the disk)"


if __name__ == "__main__":
    main()
