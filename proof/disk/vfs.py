"""A SQLite VFS around the default one, in the library that Python's own `sqlite3` uses: it tells what is asked of the disk.

Files stay those of the default VFS, except that writing, truncating and flushing them is told of first.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

from proof.disk.writes import Change, Delete, Sync, Truncate, Write
from proof.errors import ProofBroken

_SQLITE_OK = 0
_NEW_LOG = 0x4
_LOGS = 0x800 | 0x80000
"""SQLITE_OPEN_CREATE; SQLITE_OPEN_MAIN_JOURNAL or SQLITE_OPEN_WAL: when such a file is first flushed, so is its folder."""
_int, _i64, _pointer, _text = ctypes.c_int, ctypes.c_int64, ctypes.c_void_p, ctypes.c_char_p

_OPEN = ctypes.CFUNCTYPE(_int, _pointer, _pointer, _pointer, _int, _pointer)
_DELETE = ctypes.CFUNCTYPE(_int, _pointer, _text, _int)
_WRITE = ctypes.CFUNCTYPE(_int, _pointer, _pointer, _int, _i64)
_TRUNCATE = ctypes.CFUNCTYPE(_int, _pointer, _i64)
_SYNC = ctypes.CFUNCTYPE(_int, _pointer, _int)


class _Vfs(ctypes.Structure):
    """`sqlite3_vfs`."""

    _fields_ = (
        ("version", _int),
        ("file_size", _int),
        ("longest_path", _int),
        ("next", _pointer),
        ("name", _text),
        ("data", _pointer),
        ("open", _OPEN),
        ("delete", _DELETE),
        ("rest", _pointer * 14),
    )


class _FileMethods(ctypes.Structure):
    """`sqlite3_io_methods`."""

    _fields_ = (
        ("version", _int),
        ("close", _pointer),
        ("read", _pointer),
        ("write", _WRITE),
        ("truncate", _TRUNCATE),
        ("sync", _SYNC),
        ("rest", _pointer * 13),
    )


class RecordingVfs:
    """From now on, until this process ends, SQLite tells `told` whatever it asks of the disk, before it is done.

    Raises:
        ProofBroken: Python's SQLite is not a library of its own here, so that nothing can be put around its VFS.
    """

    def __init__(self, told: Callable[[Change | Sync], None]) -> None:
        self._told = told
        self._names: dict[int, str] = {}
        self._new_logs: set[int] = set()
        self._recording_methods: dict[int, _FileMethods] = {}
        self._library = _library()
        self._library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        self._default = self._library.sqlite3_vfs_find(None)
        self._vfs = _Vfs.from_buffer_copy(self._default.contents)
        self._vfs.name = b"recording"
        self._vfs.open = _OPEN(self._open)
        self._vfs.delete = _DELETE(self._delete)
        if self._library.sqlite3_vfs_register(ctypes.byref(self._vfs), 1) != _SQLITE_OK:
            raise ProofBroken("SQLite refused the recording VFS: what it writes can't be recorded.")

    def _open(self, _: int, path: int, file: int, flags: int, out_flags: int) -> int:
        code: int = self._default.contents.open(ctypes.addressof(self._default.contents), path, file, flags, out_flags)
        methods = ctypes.cast(file, ctypes.POINTER(_pointer))
        if code == _SQLITE_OK and path:
            self._names[file] = Path(ctypes.string_at(path).decode()).name
            self._new_logs.discard(file)
            if flags & _NEW_LOG and flags & _LOGS:
                self._new_logs.add(file)
            methods[0] = ctypes.addressof(self._recording(methods[0]))
        return code

    def _delete(self, _: int, path: bytes, flush_folder: int) -> int:
        code: int = self._default.contents.delete(ctypes.addressof(self._default.contents), path, flush_folder)
        if code == _SQLITE_OK:
            self._told(Delete(Path(path.decode()).name, durable=bool(flush_folder)))
        return code

    def _recording(self, methods: Any) -> _FileMethods:
        """The methods of a kind of file, with ours in place of those that change it; they call the original ones."""
        if methods not in self._recording_methods:
            original = ctypes.cast(methods, ctypes.POINTER(_FileMethods)).contents
            recording = _FileMethods.from_buffer_copy(original)
            write, truncate, sync = original.write, original.truncate, original.sync

            def on_write(file: int, data: int, size: int, offset: int) -> int:
                self._told(Write(self._names[file], offset, ctypes.string_at(data, size)))
                return int(write(file, data, size, offset))

            def on_truncate(file: int, size: int) -> int:
                self._told(Truncate(self._names[file], size))
                return int(truncate(file, size))

            def on_sync(file: int, flags: int) -> int:
                code = int(sync(file, flags))
                self._told(Sync(self._names[file], folder=file in self._new_logs))
                self._new_logs.discard(file)
                return code

            recording.write, recording.truncate, recording.sync = _WRITE(on_write), _TRUNCATE(on_truncate), _SYNC(on_sync)
            self._recording_methods[methods] = recording
        return self._recording_methods[methods]


def _library() -> ctypes.CDLL:
    """The SQLite that is loaded in this process."""
    loaded = {
        line.split()[-1] for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines() if "libsqlite3" in line
    }
    if len(loaded) != 1:
        raise ProofBroken(
            "Python's sqlite3 has SQLite built in here: run the proof with a Python that uses the system's libsqlite3."
        )
    return ctypes.CDLL(loaded.pop())
