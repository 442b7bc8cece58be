"""Parses texts as an editor does: the parser of `editors/tree-sitter-flow` is compiled and loaded, and what stands at
the top of each tree is printed. With queries, what they find is printed too."""

import ctypes
import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from tree_sitter import Language, Parser, Query, QueryCursor


def load(folder: Path) -> Language:
    with tempfile.TemporaryDirectory() as built:
        library = Path(built) / "flow.so"
        sources = [str(folder / "src" / name) for name in ("parser.c", "scanner.c")]
        flags = ["-std=c11", "-O1", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]
        subprocess.run(["cc", *flags, "-I", str(folder / "src"), *sources, "-o", str(library)], check=True)
        loaded = ctypes.CDLL(str(library))
    loaded.tree_sitter_flow.restype = ctypes.c_void_p
    with warnings.catch_warnings():
        # The way to hand over a pointer that is as old as the library.
        warnings.simplefilter("ignore", DeprecationWarning)
        return Language(loaded.tree_sitter_flow())


def item(node) -> dict:
    name = node.child_by_field_name("name")
    return {
        "kind": node.type,
        "start": node.start_byte,
        "end": node.end_byte,
        "name": name and [name.start_byte, name.end_byte],
        "error": node.has_error,
    }


def captures(query: Query, node) -> list:
    found = QueryCursor(query).captures(node)
    return sorted([node.start_byte, node.end_byte, name] for name, nodes in found.items() for node in nodes)


def main() -> None:
    asked = json.load(sys.stdin)
    language = load(Path(asked["grammar"]))
    parser = Parser(language)
    queries = [Query(language, text) for text in asked["queries"]]
    found = []
    for text in asked["texts"]:
        root = parser.parse(text.encode()).root_node
        items = [item(node) for node in root.named_children if node.type.endswith("_item")]
        found.append({"items": items, "captures": [captures(query, root) for query in queries]})
    json.dump(found, sys.stdout)


main()
