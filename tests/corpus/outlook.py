"""Outlook items as .msg ([MS-OXMSG] in [MS-CFB]) and winmail.dat ([MS-OXTNEF]), byte by byte."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TypeAlias

Tree: TypeAlias = "dict[str, bytes | Tree]"

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR, _MINI, _CUTOFF = 512, 64, 4096


@dataclass
class Item:
    """A mail as Outlook keeps it; ``files`` are (name, content), ``items`` mails within."""

    subject: str = ""
    sender: tuple[str, str] = ("Ann Other", "ann@op-b.test")
    plain: str = ""
    html: bytes = b""
    codepage: int = 65001
    rtf: bytes = b""
    headers: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    objects: list[tuple[str, bytes]] = field(default_factory=list)  # dropped into the text
    eight_bit: bool = False  # strings in the code page instead of Unicode


def _strings(item: Item) -> list[tuple[int, str]]:
    return [
        (tag, text)
        for tag, text in (
            (0x001A, "IPM.Note"),
            (0x0037, item.subject),
            (0x007D, item.headers),
            (0x0C1A, item.sender[0]),
            (0x5D01, item.sender[1]),
            (0x1000, item.plain),
        )
        if text
    ]


def _binaries(item: Item) -> list[tuple[int, bytes]]:
    return [(tag, content) for tag, content in ((0x1009, item.rtf), (0x1013, item.html)) if content]


def packed_rtf(rtf: bytes) -> bytes:
    """Compressed RTF, every byte as a literal but for one reference into the dictionary.

    The reference (7 bytes ``{\\rtf1\\``, which every RTF begins with) shows that it is followed.
    """
    assert rtf.startswith(b"{\\rtf1\\")
    tokens: list[bytes | int] = [struct.pack(">H", 0 << 4 | 7 - 2), *rtf[7:]]
    tokens.append(struct.pack(">H", ((207 + len(rtf)) % 4096) << 4))
    out = b""
    for start in range(0, len(tokens), 8):
        run = tokens[start : start + 8]
        control = sum(1 << bit for bit, one in enumerate(run) if isinstance(one, bytes))
        out += bytes([control])
        out += b"".join(one if isinstance(one, bytes) else bytes([one]) for one in run)
    return struct.pack("<II4sI", len(out) + 12, len(rtf), b"LZFu", 0) + out


def html_in_rtf(body: str) -> bytes:
    """HTML the way Outlook keeps it in an RTF body ([MS-OXRTFEX]): tags, and text between them."""
    out = "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\n"
    for piece in body.replace("<", "\0<").replace(">", ">\0").split("\0"):
        if piece.startswith("<"):
            broken = "\\htmlrtf \\par\\htmlrtf0 " if piece.startswith(("<p", "<tr")) else ""
            out += f"{{\\*\\htmltag64 {piece}}}{broken}"
        else:
            out += "".join(c if c.isascii() else f"\\u{ord(c)} ?" for c in piece)
    return (out + "}").encode("ascii")


# .msg


def msg(item: Item) -> bytes:
    """The item as an Outlook message file."""
    return compound_file(_storage(item, 32))


def _storage(item: Item, head: int) -> Tree:
    tree: Tree = {}
    fixed = b"\x00" * head
    fixed += struct.pack("<HHI8s", 0x03, 0x3FDE, 6, struct.pack("<Q", item.codepage))
    for tag, text in _strings(item):
        kind = 0x1E if item.eight_bit else 0x1F
        coded = text.encode(f"cp{item.codepage}" if item.eight_bit else "utf-16-le")
        tree[f"__substg1.0_{tag:04X}{kind:04X}"] = coded
        fixed += struct.pack("<HHIII", kind, tag, 6, len(coded) + kind - 0x1D, 0)
    for tag, content in _binaries(item):
        tree[f"__substg1.0_{tag:04X}0102"] = content
        fixed += struct.pack("<HHIII", 0x102, tag, 6, len(content), 0)
    tree["__properties_version1.0"] = fixed
    tree["__nameid_version1.0"] = {"__substg1.0_00020102": b"", "__substg1.0_00030102": b""}
    attached: list[Tree] = [
        _attachment(1, {0x3704: name[:8], 0x3707: name}, {"37010102": content})
        for name, content in item.files
    ]
    attached += [
        _attachment(5, {0x3001: inner.subject}, {"3701000D": _storage(inner, 24)})
        for inner in item.items
    ]
    attached += [
        _attachment(6, {0x3001: "Package"}, {"3701000D": {"\x01Ole10Native": packed_file(*one)}})
        for one in item.objects
    ]
    attached += [_attachment(7, {0x3707: name}, {}) for name in item.links]
    for number, storage in enumerate(attached):
        tree[f"__attach_version1.0_#{number:08X}"] = storage
    return tree


def packed_file(name: str, content: bytes) -> bytes:
    """A file as Windows packs it into an object ([MS-OLEDS], Ole10Native)."""
    path = f"C:\\TEMP\\{name}".encode("cp1252") + b"\x00"
    body = struct.pack("<H", 2) + name.encode("cp1252") + b"\x00" + path
    body += struct.pack("<HHI", 0, 3, len(path)) + path + struct.pack("<I", len(content)) + content
    return struct.pack("<I", len(body)) + body


def _attachment(method: int, names: dict[int, str], held: Tree) -> Tree:
    """One attachment's storage; ``held`` is its content, under its property."""
    fixed = b"\x00" * 8 + struct.pack("<HHI8s", 0x03, 0x3705, 6, struct.pack("<Q", method))
    tree: Tree = {f"__substg1.0_{tag}": content for tag, content in held.items()}
    for tag, name in names.items():
        coded = name.encode("utf-16-le")
        tree[f"__substg1.0_{tag:04X}001F"] = coded
        fixed += struct.pack("<HHIII", 0x1F, tag, 6, len(coded) + 2, 0)
    for tag_text, content in held.items():
        size = len(content) if isinstance(content, bytes) else 0xFFFFFFFF
        kind, tag = int(tag_text[4:], 16), int(tag_text[:4], 16)
        fixed += struct.pack("<HHIII", kind, tag, 6, size, 1 if kind == 0x0D else 0)
    tree["__properties_version1.0"] = fixed
    return tree


def compound_file(tree: Tree) -> bytes:
    """A version 3 compound file: storages, streams, and a mini stream for the short ones."""
    entries: list[tuple[str, int, Tree | bytes]] = [("Root Entry", 5, tree)]
    children: list[list[int]] = [[]]
    place = 0
    while place < len(entries):
        content = entries[place][2]
        if isinstance(content, dict):
            for name in sorted(content, key=lambda one: (len(one), one.upper())):
                children[place].append(len(entries))
                entries.append((name, 1 if isinstance(content[name], dict) else 2, content[name]))
                children.append([])
        place += 1
    mini = b""
    mini_table: list[int] = []
    sectors: list[bytes] = []
    table: list[int] = []
    starts: list[tuple[int, int]] = []
    for _, kind, content in entries:
        if kind != 2 or not content:
            starts.append((_END if kind != 1 else 0, 0))
        elif len(content) < _CUTOFF:
            starts.append((len(mini_table), len(content)))
            count = -(-len(content) // _MINI)
            mini_table += [*range(len(mini_table) + 1, len(mini_table) + count), _END]
            mini += bytes(content).ljust(count * _MINI, b"\x00")  # type: ignore[arg-type]
        else:
            starts.append((_laid(sectors, table, bytes(content)), len(content)))  # type: ignore[arg-type]
    starts[0] = (_laid(sectors, table, mini) if mini else _END, len(mini))
    minis = struct.pack(f"<{len(mini_table)}I", *mini_table)
    mini_start = _laid(sectors, table, minis, b"\xff") if minis else _END
    mini_sectors = -(-len(minis) // _SECTOR)
    links = _links(children)
    listing = b"".join(
        _entry(name, kind, *links[i], *starts[i]) for i, (name, kind, _) in enumerate(entries)
    )
    listing_start = _laid(sectors, table, listing)
    fats = 1
    while (len(table) + fats) > fats * 128:
        fats += 1
    assert fats <= 109
    first_fat = len(table)
    table += [_FAT] * fats
    table += [_FREE] * (fats * 128 - len(table))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\x00" * 6
        + struct.pack("<IIIIIIIII", 0, fats, listing_start, 0, _CUTOFF, mini_start, mini_sectors,
                      _END, 0)
        + struct.pack("<109I", *range(first_fat, first_fat + fats), *[_FREE] * (109 - fats))
    )  # fmt: skip
    return header + b"".join(sectors) + struct.pack(f"<{len(table)}I", *table)


def _laid(sectors: list[bytes], table: list[int], content: bytes, fill: bytes = b"\x00") -> int:
    start = len(table)
    count = -(-len(content) // _SECTOR)
    sectors.append(content.ljust(count * _SECTOR, fill))
    table += [*range(start + 1, start + count), _END]
    return start


def _links(children: list[list[int]]) -> list[tuple[int, int, int]]:
    """Left, right and child of each entry: siblings form a balanced tree."""
    links = [[_FREE, _FREE, _FREE] for _ in children]

    def rooted(low: list[int]) -> int:
        if not low:
            return _FREE
        middle = len(low) // 2
        links[low[middle]][0] = rooted(low[:middle])
        links[low[middle]][1] = rooted(low[middle + 1 :])
        return low[middle]

    for parent, own in enumerate(children):
        links[parent][2] = rooted(own)
    return [(one[0], one[1], one[2]) for one in links]


def _entry(name: str, kind: int, left: int, right: int, child: int, first: int, size: int) -> bytes:
    wide = (name + "\x00").encode("utf-16-le")
    return (
        wide.ljust(64, b"\x00")
        + struct.pack("<HBBIII", len(wide), kind, 1, left, right, child)
        + b"\x00" * 36
        + struct.pack("<IQ", first, size)
    )


# winmail.dat


def tnef(item: Item) -> bytes:
    """The item as the winmail.dat that Exchange sends."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += _attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    out += _attribute(1, 0x00069007, struct.pack("<II", item.codepage, 0))
    out += _attribute(1, 0x00078008, b"IPM.Microsoft Mail.Note\x00")
    if item.eight_bit and item.subject:
        out += _attribute(1, 0x00018004, item.subject.encode(f"cp{item.codepage}") + b"\x00")
    properties = [_property(0x0003, 0x3FDE, struct.pack("<I", item.codepage))]
    # A named property, a boolean and a list come first: their lengths have to be known.
    properties.append(
        struct.pack("<HH16sII", 0x000B, 0x8001, b"\x08" * 16, 0, 0x8506) + b"\x00\x00\x00\x00"
    )
    properties.append(struct.pack("<HHIIII", 0x1003, 0x3FF0, 2, 7, 8, 0)[:16])
    for tag, text in _strings(item):
        if not item.eight_bit:
            properties.append(_property(0x1F, tag, (text + "\x00").encode("utf-16-le")))
        elif tag != 0x0037:
            properties.append(_property(0x1E, tag, text.encode(f"cp{item.codepage}") + b"\x00"))
    properties += [_property(0x102, tag, content) for tag, content in _binaries(item)]
    listed = struct.pack("<I", len(properties)) + b"".join(properties)
    out += _attribute(1, 0x00069003, listed)
    for name, content in item.files:
        out += _attribute(2, 0x00069002, struct.pack("<HIIII", 1, 0xFFFFFFFF, 0, 0, 0)[:14])
        out += _attribute(2, 0x00018010, name[:8].encode("ascii", "replace") + b"\x00")
        out += _attribute(2, 0x0006800F, content)
        own = [_property(0x1F, 0x3707, (name + "\x00").encode("utf-16-le"))]
        out += _attribute(2, 0x00069005, struct.pack("<I", len(own)) + b"".join(own))
    for inner in item.items:
        out += _attribute(2, 0x00069002, struct.pack("<HIIII", 2, 0xFFFFFFFF, 0, 0, 0)[:14])
        whole = bytes.fromhex("0703020000000000c000000000000046") + tnef(inner)
        own = [
            _property(0x1F, 0x3001, (inner.subject + "\x00").encode("utf-16-le")),
            _property(0x0D, 0x3701, whole),
        ]
        out += _attribute(2, 0x00069005, struct.pack("<I", len(own)) + b"".join(own))
    for name, content in item.objects:
        out += _attribute(2, 0x00069002, struct.pack("<HIIII", 2, 0xFFFFFFFF, 0, 0, 0)[:14])
        packed = compound_file({"\x01Ole10Native": packed_file(name, content)})
        storage = bytes.fromhex("0b00000000000000c000000000000046") + packed
        own = [
            _property(0x0003, 0x3705, struct.pack("<I", 6)),
            _property(0x1F, 0x3001, "Untitled Attachment\0".encode("utf-16-le")),
            _property(0x0D, 0x3701, storage),
        ]
        out += _attribute(2, 0x00069005, struct.pack("<I", len(own)) + b"".join(own))
    return out


def _attribute(level: int, name: int, content: bytes) -> bytes:
    checksum = sum(content) & 0xFFFF
    return struct.pack("<BII", level, name, len(content)) + content + struct.pack("<H", checksum)


def _property(kind: int, tag: int, content: bytes) -> bytes:
    head = struct.pack("<HH", kind, tag)
    if kind == 0x0003:
        return head + content
    padded = content + b"\x00" * (-len(content) % 4)
    return head + struct.pack("<II", 1, len(content)) + padded
