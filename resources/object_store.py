"""Files as objects of an S3-compatible store: one PUT replaces an object whole, one listing tells what a folder holds.

The store must answer a listing with every write that was acknowledged before it (Amazon S3, MinIO and Ceph do).
Credentials and endpoint are read from the environment by the client; no message of the server is passed on, since
it may repeat them.
"""

import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import PurePath, PurePosixPath
from typing import Any, TypeVar

from resources.errors import StorageError
from resources.file_store import Writer
from resources.store_address import refuse_without_access

SCHEME = "s3"
# How long a listing counts as what is there. Ours: a process knows its own writes at once, and one that is started by
# another (a step, a run) begins without listings, so that only runs beside each other see each other this late.
MOMENT_SECONDS = 5.0
_TOGETHER = ".failed"  # folders below it are listed in one go: they are mostly empty
_AT_ONCE = 16  # requests in flight; S3 answers thousands a second below one prefix
_PAGE = 1000  # keys per answer, S3's own limit
_RETRIES, _RETRY_SECONDS, _TIMEOUT = 5, 60.0, "60s"
_NO_KEY, _NO_BUCKET = "NoSuchKey", "NoSuchBucket"
_ADVICE = {
    _NO_BUCKET: "the bucket does not exist; create it, or mend the URL in core.lake_url or core.restricted_url",
    "denied": "the credentials are refused or lack a right; check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, "
    "AWS_SESSION_TOKEN and AWS_REGION, and the rights listed in docs/operate/operations.md",
    "busy": "the server is overloaded; wait, then run again",
    "down": "the server can't be reached; check AWS_ENDPOINT_URL and the network, then run again",
}
Stamp = tuple[str | None, int]  # ETag and size
Listing = dict[PurePath, Stamp]
Result = TypeVar("Result")


class ObjectStore:
    """Objects below one address, named by pure paths below :attr:`root`.

    Args:
        url: ``s3://bucket/prefix``.
        retries: how often the client repeats a request that failed on the way or met a busy server.
        moment: seconds during which a listing is not asked for again.
    """

    def __init__(self, url: str, *, retries: int = _RETRIES, moment: float = MOMENT_SECONDS) -> None:
        self.url = url.rstrip("/")
        self.root = PurePosixPath(f"{SCHEME}:/") / self.url.removeprefix(f"{SCHEME}://")
        self.requests: Counter[str] = Counter()
        self.keeps_versions = False
        self._retries, self._moment = retries, moment
        self._listed: dict[PurePath, tuple[float, Listing]] = {}
        self._client: tuple[int, Any] | None = None
        self._lock = threading.RLock()

    def holds(self, path: PurePath) -> bool:
        """Whether the path names an object of this store."""
        return path == self.root or self.root in path.parents

    def address(self, path: PurePath) -> str:
        """The object's URL."""
        return f"{SCHEME}://{str(path).removeprefix(f'{SCHEME}:/')}"

    def content(self, path: PurePath) -> bytes:
        """Bytes of an object, in one request.

        Raises:
            FileNotFoundError: there is no such object.
            StorageError: the store does not answer as it should.
        """
        return self._get(path)[0]

    def _get(self, path: PurePath) -> tuple[bytes, Stamp]:
        from obstore import get

        def ask() -> tuple[bytes, Stamp]:
            answer = get(self._store(), self._key(path))
            return bytes(answer.bytes()), (answer.meta["e_tag"], answer.meta["size"])

        return self._ask("get", path, ask)

    def contents(self, paths: Sequence[PurePath]) -> list[bytes]:
        """Bytes of several objects, in their order, fetched side by side."""
        return [content for content, _ in self.stamped(paths)]

    def stamped(self, paths: Sequence[PurePath]) -> list[tuple[bytes, Stamp]]:
        """Bytes of several objects, in their order, each with its ETag and size as the answer gave them."""
        if len(paths) < 2:
            return [self._get(path) for path in paths]
        with ThreadPoolExecutor(min(_AT_ONCE, len(paths))) as pool:
            return list(pool.map(self._get, paths))

    def stamp(self, path: PurePath) -> Hashable | None:
        """ETag and size, from the listing of its folder."""
        return self._known(path.parent).get(path)

    def names(self, folder: PurePath) -> list[str]:
        """Names of the objects directly below a prefix, sorted."""
        return sorted(path.name for path in self._known(folder) if path.parent == folder)

    def below(self, folder: PurePath) -> Iterator[PurePath]:
        """Every object below a prefix, asked for afresh."""
        yield from sorted(self._list(folder))

    def draft(self, path: PurePath, write: Writer, *, is_private: bool) -> bytes | None:  # noqa: ARG002
        """The bytes: an object is seen by all as soon as it is there, so that a draft stays in memory."""
        buffer = BytesIO()
        write(buffer)
        return buffer.getvalue()

    def settle(self, path: PurePath, content: bytes | None, target: PurePath) -> Hashable | None:
        """One PUT of the draft's bytes."""
        if content is None:
            message = f"{path} is a file of this machine and can't become the object {self.address(target)}"
            raise ValueError(message)
        return self._put(target, content)

    def replace(self, path: PurePath, content: bytes, *, is_private: bool) -> None:  # noqa: ARG002
        """One PUT."""
        self._put(path, content)

    def _put(self, path: PurePath, content: bytes) -> Stamp | None:
        """One PUT, never in parts: readers see the earlier object or the later one."""
        from obstore import put

        result = self._ask(
            "put", path, lambda: put(self._store(), self._key(path), content, use_multipart=False), missing=_NO_BUCKET
        )
        with self._lock:
            self.keeps_versions |= result["version"] is not None
            stamp = (result["e_tag"], len(content)) if result["e_tag"] else None
            listed = _listed_with(path.parent)
            if stamp and listed in self._listed:
                self._listed[listed][1][path] = stamp
            else:
                self._listed.pop(listed, None)
        return stamp

    def remove(self, path: PurePath) -> None:
        """One DELETE; none where the listing knows no such object."""
        from obstore import delete

        if self.stamp(path) is None:
            return
        self._ask("delete", path, lambda: delete(self._store(), self._key(path)), missing=_NO_BUCKET)
        with self._lock:
            self._known(path.parent).pop(path, None)

    def put_folder(self, folder: PurePath, files: Mapping[str, bytes], last: str) -> None:
        """One PUT per file, the one that makes the folder count at the end."""
        for name in sorted(files, key=lambda item: (item == last, item)):
            self._put(folder / name, files[name])

    def make_folder(self, folder: PurePath) -> None:
        """A prefix needs no making."""

    def look_afresh(self) -> None:
        """Ask for each listing again."""
        with self._lock:
            self._listed.clear()

    def _known(self, folder: PurePath) -> Listing:
        """A listing that holds the folder's objects, no older than a moment."""
        with self._lock:
            listed = _listed_with(folder)
            asked, listing = self._listed.get(listed, (None, {}))
            if asked is None or time.monotonic() - asked > self._moment:
                asked = time.monotonic()
                listing = self._list(listed)
                self._listed[listed] = (asked, listing)
            return listing

    def _list(self, folder: PurePath) -> Listing:
        from obstore import list as list_objects

        prefix = self._key(folder)

        def ask() -> Listing:
            pages = list(list_objects(self._store(), f"{prefix}/" if prefix else None, chunk_size=_PAGE))
            self.requests["list"] += max(len(pages), 1) - 1
            return {self.root / item["path"]: (item["e_tag"], item["size"]) for page in pages for item in page}

        return self._ask("list", folder, ask, missing=_NO_BUCKET)

    def _key(self, path: PurePath) -> str:
        key = str(path.relative_to(self.root))
        return "" if key == "." else key

    def _store(self) -> Any:
        """The client of this process: its threads do not live on in a child."""
        with self._lock:
            if self._client is None or self._client[0] != os.getpid():
                self._client = (os.getpid(), self._connect())
            return self._client[1]

    def _connect(self) -> Any:
        try:
            from obstore.store import S3Store
        except ImportError as error:
            message = f"{self.url} needs the package obstore; install it (pip install 'stayworth[s3]')"
            raise StorageError(message) from error
        refuse_without_access(self.url)
        bucket, _, prefix = self.url.removeprefix(f"{SCHEME}://").partition("/")
        return S3Store(
            bucket,
            prefix=prefix or None,
            client_options={"allow_http": True, "timeout": _TIMEOUT},
            retry_config={"max_retries": self._retries, "retry_timeout": timedelta(seconds=_RETRY_SECONDS)},
        )

    def _ask(self, verb: str, path: PurePath, request: Callable[[], Result], missing: str = _NO_KEY) -> Result:
        """Make a request; what goes wrong is told in our words."""
        from obstore.exceptions import BaseError

        self._store()
        with self._lock:
            self.requests[verb] += 1
        try:
            return request()
        except StorageError:
            raise
        except (BaseError, OSError) as error:
            failed: Exception = error
        why = _reason(failed, missing)
        if why == _NO_KEY:
            raise FileNotFoundError(self.address(path))
        code = _code(str(failed))
        message = f"{verb} of {self.address(path)} failed{f' ({code})' if code else ''}: {_ADVICE[why]}"
        raise StorageError(message)


def _listed_with(folder: PurePath) -> PurePath:
    return folder.parent if folder.parent.name == _TOGETHER else folder


def _code(text: str) -> str:
    """S3's name for the error, or the status: never the text itself, which may hold what must not be shown."""
    named = re.search(r"<Code>([A-Za-z]{1,64})</Code>", text)
    status = re.search(r"status code: (\d{3})", text)
    return named.group(1) if named else status.group(1) if status else ""


def _reason(error: Exception, missing: str) -> str:
    code = _code(str(error))
    if code == _NO_BUCKET:
        return _NO_BUCKET
    if isinstance(error, FileNotFoundError) or code in (_NO_KEY, "404"):
        return missing
    if code in ("SlowDown", "ServiceUnavailable", "InternalError") or code.startswith("5"):
        return "busy"
    return "denied" if code else "down"
