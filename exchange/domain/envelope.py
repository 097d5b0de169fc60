"""What an encrypted mail says of the keys that open it (RFC 5652, 6.2.1): values, no cryptography.

The process that reads mails takes the envelope apart; the process that has the private key sees
nothing of it but these values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

# An honest mail is encrypted once, and may carry a few that were.
MOST_DECRYPTIONS: Final = 20
Hash = Literal["sha1", "sha224", "sha256", "sha384", "sha512"]


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """The content key, encrypted to one recipient's RSA key.

    The recipient is named by ``issuer`` (DER of the Name) and ``serial`` of its certificate, or by
    ``key_id`` (its subject key identifier) alone.
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
        """The recipient in words, for a person who has to find the certificate.

        The end of its number only: the whole would look like an install code, and be masked.
        """
        if self.key_id:
            return f"key identifier …{self.key_id[-4:].hex().upper()}"
        return f"serial number …{self.serial & 0xFFFFFFFF:08X}"


# The wrapped keys of one mail to the content keys that come out of those which are ours, the
# likeliest first.  Raises NotDecrypted when none is.
Unwrap = Callable[[Sequence[WrappedKey]], Sequence[bytes]]
