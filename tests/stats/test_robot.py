"""The robot asks politely and only where anybody may look; it never leaves this machine here."""

import asyncio
import http.server
import socket
import ssl
import threading
import time

import httpx
import pytest

from lmh_portal.stats.robot import Robot, Verdict, is_public, judge_all

PUBLIC = "93.184.215.14"
UNREACHED = Verdict(False, "No such host, or no connection to it", reached=False)


def judge(*urls, answers=None, addresses=None, **options):
    """Verdicts of a robot whose web is `answers`: {(method, url): status, location or error}."""
    asked = []

    def answer(request):
        url = request.url.copy_with(host=request.headers["Host"])
        asked.append((request.method, str(url)))
        found = (answers or {}).get(asked[-1], 200)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, str):
            return httpx.Response(302, headers={"Location": found})
        return httpx.Response(found)

    async def resolve(host, port):
        found = (addresses or {}).get(host, [PUBLIC])
        if isinstance(found, Exception):
            raise found
        return found

    verdicts = judge_all(urls, transport=httpx.MockTransport(answer), resolve=resolve, **{"pause": 0} | options)
    return verdicts, asked


@pytest.mark.parametrize(
    ("status", "works"),
    [
        (200, True),
        (204, True),
        (401, True),
        (404, False),
        (410, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_status_decides(status, works):
    url = "https://example.org/"

    verdicts, _ = judge(url, answers={("HEAD", url): status, ("GET", url): status})

    assert verdicts[url].works is works
    assert verdicts[url].answer.startswith(str(status))


@pytest.mark.parametrize("to_head", [403, 405, 501, 404, httpx.RemoteProtocolError("no HEAD")])
def test_page_is_asked_for_where_its_head_is_refused(to_head):
    url = "https://example.org/"

    verdicts, asked = judge(url, answers={("HEAD", url): to_head, ("GET", url): 200})

    assert verdicts == {url: Verdict(True, "200 OK")}
    assert asked == [("HEAD", url), ("GET", url)]


def test_page_that_refuses_robots_works():
    url = "https://example.org/"

    verdicts, _ = judge(url, answers={("HEAD", url): 403, ("GET", url): 403})

    assert verdicts == {url: Verdict(True, "403 Forbidden")}


def test_redirects_are_followed():
    answers = {
        ("HEAD", "http://example.org/old"): "https://www.example.org/new",
        ("HEAD", "https://www.example.org/new"): "/newer",
    }

    verdicts, asked = judge("http://example.org/old", answers=answers)

    assert verdicts == {"http://example.org/old": Verdict(True, "200 OK")}
    assert [url for _, url in asked] == [
        "http://example.org/old",
        "https://www.example.org/new",
        "https://www.example.org/newer",
    ]


def test_at_most_three_redirects_are_followed():
    url = "https://example.org/round"

    verdicts, asked = judge(url, answers={("HEAD", url): url})

    assert verdicts == {url: Verdict(True, "Leads on more than three times")}
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("http://127.0.0.1/", "Not a public host"),
        ("http://[::1]/", "Not a public host"),
        ("http://inside.example/", "Not a public host"),
        ("http://both.example/", "Not a public host"),
        ("https://example.org:8443/", "Not one of the web's own ports"),
        ("https://user:password@example.org/", "Not a valid web address"),
        ("ftp://example.org/", "Not a valid web address"),
    ],
)
@pytest.mark.parametrize("by_redirect", [False, True])
def test_what_is_not_public_is_not_asked(url, answer, by_redirect):
    addresses = {
        "127.0.0.1": ["127.0.0.1"],
        "::1": ["::1"],
        "inside.example": ["10.1.2.3"],
        "both.example": [PUBLIC, "169.254.169.254"],
    }
    start = "https://example.org/start" if by_redirect else url

    verdicts, asked = judge(start, answers={("HEAD", "https://example.org/start"): url}, addresses=addresses)

    assert verdicts == {start: Verdict(False, answer, reached=None)}
    assert asked == ([("HEAD", start)] if by_redirect else [])


@pytest.mark.parametrize("url", ["https:///path", "https://[::1/", "example.org"])
def test_what_is_not_an_address_is_not_asked(url):
    verdicts, asked = judge(url)

    assert (verdicts[url].works, verdicts[url].reached, asked) == (False, None, [])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "fec0::1", "ff0e::1",
        "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378::",
    ],
)  # fmt: skip
def test_address_of_a_closed_network_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_address_of_the_open_web_is_public(address):
    assert is_public(address)


def test_robot_connects_to_the_address_that_it_checked_and_says_who_it_is(settings):
    settings.SITE_ADDRESS = "https://portal.example.org"
    requests = []

    async def resolve(host, port):
        return [PUBLIC]

    def answer(request):
        requests.append(request)
        return httpx.Response(200)

    judge_all(["https://example.org/page"], transport=httpx.MockTransport(answer), resolve=resolve, pause=0)

    [request] = requests
    assert str(request.url) == f"https://{PUBLIC}/page"
    assert request.headers["Host"] == request.extensions["sni_hostname"] == "example.org"
    assert request.headers["User-Agent"] == "LMH portal link check (+https://portal.example.org/)"


def test_host_is_asked_once_in_a_pause_and_others_meanwhile():
    times = []

    def answer(request):
        times.append((request.headers["Host"], time.monotonic()))
        return httpx.Response(200)

    async def resolve(host, port):
        return [PUBLIC]

    urls = [f"https://{host}/{page}" for host in ["a.example", "b.example"] for page in range(3)]
    judge_all(urls, transport=httpx.MockTransport(answer), resolve=resolve, pause=0.1)

    for host in ["a.example", "b.example"]:
        first, second, third = [moment for name, moment in times if name == host]
        assert second - first >= 0.09
        assert third - second >= 0.09
    assert times[-1][1] - times[0][1] < 0.39  # one host after the other would take 0.5


@pytest.mark.parametrize("problem", [socket.gaierror("no name"), TimeoutError()])
def test_without_network_nothing_is_judged(problem):
    urls = [f"https://{number}.example/" for number in range(9)]

    verdicts, asked = judge(*urls, addresses={f"{number}.example": problem for number in range(9)})

    assert (verdicts, asked) == ({}, [])


def test_one_answer_is_a_network():
    urls = [f"https://{number}.example/" for number in range(9)]
    addresses = {f"{number}.example": socket.gaierror("no name") for number in range(9) if number != 3}

    verdicts, _ = judge(*urls, addresses=addresses)

    assert verdicts == dict.fromkeys(urls, UNREACHED) | {urls[3]: Verdict(True, "200 OK")}


def certificate_error():
    error = httpx.ConnectError("handshake")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed")
    return error


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (certificate_error(), "The certificate is not accepted"),
        (httpx.ReadTimeout("slow"), "No answer in time"),
        (httpx.DecodingError("odd"), "The answer cannot be read"),
    ],
)
def test_failures_have_names(error, answer):
    url = "https://example.org/"

    verdicts, _ = judge(url, answers={("HEAD", url): error})

    assert verdicts == {url: Verdict(False, answer)}


class ToThisMachine(httpx.AsyncHTTPTransport):
    """Real connections, to a server on the loopback whatever the port asked for."""

    def __init__(self, port):
        super().__init__()
        self.port = port

    async def handle_async_request(self, request):
        request.url = request.url.copy_with(port=self.port)
        return await super().handle_async_request(request)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.send_response(405)
        self.end_headers()

    def do_GET(self):
        self.send_response(200 if self.headers["Host"] == "example.org" else 404)
        self.send_header("Content-Length", "1000000000")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_robot_asks_a_real_server_and_does_not_read_the_page(server):
    async def resolve(host, port):
        return ["127.0.0.2" if host == "unreachable.example" else "127.0.0.1"]

    options = {"resolve": resolve, "is_allowed": lambda address: True, "pause": 0}
    verdicts = judge_all(
        ["http://example.org/", "http://other.example/", "http://unreachable.example/"],
        transport=ToThisMachine(server.server_address[1]),
        **options,
    )

    assert verdicts == {
        "http://example.org/": Verdict(True, "200 OK"),
        "http://other.example/": Verdict(False, "404 Not Found"),
        "http://unreachable.example/": UNREACHED,
    }


def test_next_address_of_a_host_is_tried(server):
    async def ask():
        async def resolve(host, port):
            return ["127.0.0.2", "127.0.0.1"]

        transport = ToThisMachine(server.server_address[1])
        async with Robot(resolve=resolve, is_allowed=lambda address: True, transport=transport, pause=0) as robot:
            return await robot.judge("http://example.org/")

    assert asyncio.run(ask()) == Verdict(True, "200 OK")
