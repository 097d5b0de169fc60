"""What an encrypted mail says about the keys that open it (RFC 5652, 6.2.1); no cryptography.

The process that reads mails parses the envelope; the process that has the private key sees only
these values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

# An honest mail is encrypted once, and may contain a few mails that were too.
MOST_DECRYPTIONS: Final = 20
Hash = Literal["sha1", "sha224", "sha256", "sha384", "sha512"]


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """The content key, encrypted to one recipient's RSA key.

    ``issuer`` (DER of the Name) and ``serial`` of its certificate name the recipient, or ``key_id``
    (its subject key identifier) alone.
    """

    sealed: bytes = field(repr=False)
    issuer: bytes = b""
    serial: int = 0
    key_id: bytes = b""
    padding: Literal["pkcs1", "oaep"] = "pkcs1"  # RFC 8017, 7.2 and 7.1
    hash: Hash = "sha1"  # of OAEP
    mask_hash: Hash = "sha1"  # of OAEP's mask generation function
    label: bytes = b""  # of OAEP

    @property
    def recipient(self) -> str:
        """Return the recipient in words, for a person who has to find the certificate.

        Only the end of its number: the whole would look like an install code and be masked.
        """
        if self.key_id:
            return f"key identifier …{self.key_id[-4:].hex().upper()}"
        return f"serial number …{self.serial & 0xFFFFFFFF:08X}"


# Takes the wrapped keys of one mail and returns the content keys from those encrypted to us, the
# likeliest first.  Raises NotDecrypted when none is.
Unwrap = Callable[[Sequence[WrappedKey]], Sequence[bytes]]
