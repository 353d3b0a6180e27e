"""A forge's address and the proxy that the environment names for it → the connections that lead there."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import unquote_to_bytes
from urllib.request import getproxies, proxy_bypass

from urllib3 import PoolManager, ProxyManager
from urllib3.exceptions import HTTPError
from urllib3.util import Url, parse_url

from duban.forge import ForgeError


def environments_proxy(address: Url) -> str:
    """The proxy that the environment names for an address (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), "" for none."""
    proxy = getproxies().get(address.scheme or "", "")
    return "" if proxy_bypass(address.netloc or "") else proxy


def connections(address: Url, proxy: str) -> PoolManager:
    """Connections to an address, in a tunnel through a proxy if there is one.

    Raises ForgeError for a proxy that cannot be one, and for one that would see the token: without TLS it sees all.
    """
    if not proxy:
        return PoolManager(num_pools=1)
    way = _parsed(proxy)
    if address.scheme != "https":
        raise ForgeError(
            f"{address.scheme}://{address.netloc} is not asked through the proxy {way.netloc}, which would see the "
            f"token: give an address with https://, or name {address.host} in NO_PROXY"
        )
    login = {"Proxy-Authorization": f"Basic {b64encode(unquote_to_bytes(way.auth)).decode()}"} if way.auth else None
    return ProxyManager(f"{way.scheme}://{way.netloc}", num_pools=1, proxy_headers=login)


def _parsed(proxy: str) -> Url:
    try:
        way = parse_url(proxy if "://" in proxy else f"http://{proxy}")
    except HTTPError:
        way = Url()
    if way.scheme not in ("http", "https") or not way.host:
        # It is not quoted: there may be a password in it.
        raise ForgeError("the proxy that the environment names is not http://HOST:PORT or https://HOST:PORT")
    return way
