"""The robot that asks whether addresses answer: politely, and only where anybody may look.

It connects to the very address that it has checked to be public, so a name that changes its answer
cannot lead it inside; redirects go through the same gate. It uses no proxy.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple

import httpx
from django.conf import settings
from django.utils.translation import gettext_noop as _

TIMEOUT = 10  # seconds, for each step of a request
DEADLINE = 20  # seconds, for a whole request
PAUSE = 1.0  # seconds between two requests to one host
AT_ONCE = 8  # requests, each to another host
REDIRECTS = 3
ADDRESSES = 4  # of one host, tried in turn
PROBED_HOSTS = 5  # none of them reached: there is no network
PORTS = {"http": 80, "https": 443}
ASKED_AGAIN = {400, 403, 404, 405, 501}  # what servers that do not know HEAD say to it
REFUSES_ROBOTS = {401, 403}  # there is a page, but not for us
CLOSED_NETWORKS = [  # IPv6 around IPv4 or long retired; Python counts them as global
    ipaddress.ip_network(network) for network in ["64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "fec0::/10"]
]

Resolve = Callable[[str, int], Awaitable[list[str]]]


class Verdict(NamedTuple):
    """What came of asking; `reached` is None where the robot did not ask at all."""

    works: bool
    answer: str
    reached: bool | None = True


class RefusedError(Exception):
    """An address that the robot does not ask."""


class UnreachableError(Exception):
    """A host without an address, or without a connection."""


def judge_all(urls: Iterable[str], **options) -> dict[str, Verdict]:
    """A verdict on each address; none at all when there is no network."""
    return asyncio.run(_judge_all(list(dict.fromkeys(urls)), **options))


async def _judge_all(urls: list[str], **options) -> dict[str, Verdict]:
    async with Robot(**options) as robot:
        verdicts = await robot.judge_each(_first_of_hosts(urls)[:PROBED_HOSTS])
        reached = {verdict.reached for verdict in verdicts.values()}
        if False in reached and True not in reached:
            return {}
        return verdicts | await robot.judge_each(url for url in urls if url not in verdicts)


def _first_of_hosts(urls: list[str]) -> list[str]:
    first: dict[str, str] = {}
    for url in urls:
        first.setdefault(url.split("/")[2].lower() if url.count("/") > 1 else url, url)
    return list(first.values())


async def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a host."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [address[0] for *_, address in found]


def is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in CLOSED_NETWORKS)


class Robot:
    def __init__(
        self,
        resolve: Resolve = resolve,
        is_allowed: Callable[[str], bool] = is_public,
        transport: httpx.AsyncBaseTransport | None = None,
        pause: float = PAUSE,
    ):
        self.resolve, self.is_allowed, self.pause = resolve, is_allowed, pause
        self.client = httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=TIMEOUT,
            limits=httpx.Limits(max_keepalive_connections=0),  # hosts may share an IP address
            headers={"User-Agent": f"LMH portal link check (+{settings.SITE_ADDRESS}/)"},
        )
        self.hosts: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.next_turns: dict[str, float] = {}
        self.at_once = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        await self.client.aclose()

    async def judge_each(self, urls: Iterable[str]) -> dict[str, Verdict]:
        urls = list(urls)
        return dict(zip(urls, await asyncio.gather(*map(self.judge, urls)), strict=True))

    async def judge(self, url: str) -> Verdict:
        """Whether an address answers, and how, in words marked for translation."""
        try:
            return await self._follow(httpx.URL(url))
        except RefusedError as refusal:
            return Verdict(False, str(refusal), reached=None)
        except (httpx.InvalidURL, UnicodeError):
            return Verdict(False, _("Not a valid web address"), reached=None)
        except UnreachableError:
            return Verdict(False, _("No such host, or no connection to it"), reached=False)
        except httpx.TimeoutException:
            return Verdict(False, _("No answer in time"))
        except httpx.ConnectError:
            return Verdict(False, _("The certificate is not accepted"))
        except httpx.HTTPError:
            return Verdict(False, _("The answer cannot be read"))

    async def _follow(self, url: httpx.URL) -> Verdict:
        for _hop in range(REDIRECTS + 1):
            response = await self._head_or_get(url)
            if not response.has_redirect_location:
                return _verdict_on(response)
            url = url.join(response.headers["Location"])
        return Verdict(True, _("Leads on more than three times"))

    async def _head_or_get(self, url: httpx.URL) -> httpx.Response:
        try:
            response = await self._ask("HEAD", url)
        except (httpx.ReadError, httpx.RemoteProtocolError):
            return await self._ask("GET", url)
        return await self._ask("GET", url) if response.status_code in ASKED_AGAIN else response

    async def _ask(self, method: str, url: httpx.URL) -> httpx.Response:
        """One request when it is the host's turn; of the answer only the head is read."""
        if url.scheme not in PORTS or not url.host or url.userinfo:
            raise RefusedError(_("Not a valid web address"))
        if url.port not in {None, *PORTS.values()}:
            raise RefusedError(_("Not one of the web's own ports"))
        async with self.hosts[url.host]:
            await asyncio.sleep(self.next_turns.get(url.host, 0) - asyncio.get_running_loop().time())
            async with self.at_once:
                self.next_turns[url.host] = asyncio.get_running_loop().time() + self.pause
                return await self._send(method, url)

    async def _send(self, method: str, url: httpx.URL) -> httpx.Response:
        try:
            async with asyncio.timeout(DEADLINE):
                for address in await self._checked_addresses(url):
                    with suppress(UnreachableError):
                        return await self._send_to(address, method, url)
        except OSError as error:  # no such name; TimeoutError: the deadline
            raise UnreachableError from error
        raise UnreachableError

    async def _checked_addresses(self, url: httpx.URL) -> list[str]:
        addresses = await self.resolve(url.host, url.port or PORTS[url.scheme])
        if not all(map(self.is_allowed, addresses)):
            raise RefusedError(_("Not a public host"))
        return list(dict.fromkeys(addresses))[:ADDRESSES]

    async def _send_to(self, address: str, method: str, url: httpx.URL) -> httpx.Response:
        request = self.client.build_request(
            method,
            url.copy_with(host=address),
            headers={"Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        try:
            response = await self.client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if _is_about_certificates(error):
                raise
            raise UnreachableError from error
        await response.aclose()
        return response


def _verdict_on(response: httpx.Response) -> Verdict:
    status = response.status_code
    works = status < 400 or status in REFUSES_ROBOTS
    return Verdict(works, f"{status} {httpx.codes.get_reason_phrase(status)}".strip())


def _is_about_certificates(error: BaseException | None) -> bool:
    while error and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error is not None
