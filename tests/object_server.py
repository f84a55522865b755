"""An S3-compatible server on localhost for tests, with its requests counted and two ways to fail."""

import logging
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

ACCESS, SECRET = "AKIAPLANTEDACCESS0001", "planted/secret+of+the+object+store/0001"


class _Count(logging.Handler):
    """Counts the server's own lines, one per request."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        for verb in ("GET", "PUT", "DELETE", "POST", "HEAD"):
            if f"{verb} /" in record.getMessage():
                is_list = verb == "GET" and "list-type=2" in record.getMessage()
                self.requests["LIST" if is_list else verb] += 1


class ObjectServer:
    """moto's server in a thread of this process."""

    def __init__(self) -> None:
        from moto.server import ThreadedMotoServer

        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._count = _Count()
        self._buckets = 0
        self.is_down, self.puts_left = threading.Event(), 0

    @contextmanager
    def running(self) -> Iterator["ObjectServer"]:
        log = logging.getLogger("werkzeug")
        kept = log.level, log.propagate
        log.addHandler(self._count)
        log.setLevel(logging.INFO)
        log.propagate = False
        self._server.start()
        self._wrap()
        try:
            yield self
        finally:
            self._server.stop()
            log.removeHandler(self._count)
            log.setLevel(kept[0])
            log.propagate = kept[1]

    @property
    def url(self) -> str:
        host, port = self._server.get_host_and_port()
        return f"http://{host}:{port}"

    @property
    def requests(self) -> Counter[str]:
        return Counter(self._count.requests)

    def new_bucket(self) -> str:
        """A bucket of its own for a test."""
        self._buckets += 1
        name = f"stays-{self._buckets}"
        asked = urllib.request.Request(f"{self.url}/{name}", method="PUT")
        with urllib.request.urlopen(asked) as answer:
            assert answer.status == 200
        return name

    def keep_versions(self, bucket: str) -> None:
        import boto3

        client = boto3.client("s3", endpoint_url=self.url, aws_access_key_id=ACCESS, aws_secret_access_key=SECRET)
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        client.close()

    def fail_after(self, puts: int) -> None:
        """Answer 503 to everything after so many PUTs."""
        self.puts_left = puts
        self.is_down.set()

    def mend(self) -> None:
        self.is_down.clear()

    def _wrap(self) -> None:
        """Put the failure in front of moto's application."""
        server = self._server._server
        assert server is not None
        inner = server.app

        def app(environ, start_response):
            if self.is_down.is_set():
                is_put = environ["REQUEST_METHOD"] == "PUT"
                if self.puts_left <= 0:
                    start_response("503 Slow Down", [("Content-Type", "application/xml")])
                    return [f"<Error><Code>SlowDown</Code><Key>{ACCESS}</Key></Error>".encode()]
                self.puts_left -= is_put
            return inner(environ, start_response)

        server.app = app
