"""The province's own identity provider: OpenID Connect, authorization code with PKCE.

The protocol's pieces are authlib's; requests are made with httpx. Whoever is vouched for must still be known here.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime
from secrets import compare_digest
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.console.door.people import known_name
from services.console.door.tokens import new_token
from shared.settings import Settings, WrongSettings

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
"""Signatures by a key that the provider alone has: never `none`, never a secret that we hold, too."""
LEEWAY_S = 60
PATIENCE_S = 8.0
KEPT_S = 3600.0
ASKED_AGAIN_AFTER_S = 10.0
"""A key that is not known may be new; whoever makes keys up must not make us ask without end."""
MOST_BYTES = 200_000


class NotVouched(Exception):
    """The provider has not said who it is, or not so that it can be believed. `why`: for the record, names nobody."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class ProviderAway(Exception):
    """The provider does not answer as it should."""

    names_nobody = True


@dataclass(frozen=True, slots=True)
class Client:
    """What the installation was told of its provider. secret: None for a client that has none (PKCE alone)."""

    issuer: str
    id: str
    name: str
    domains: frozenset[str]
    redirect: str
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was sent along, to be recognised in the answer."""

    state: str
    nonce: str
    verifier: str


class Seconds(Protocol):
    """A clock that only counts."""

    def __call__(self) -> float: ...


def client_of(settings: Settings) -> Client | None:
    """The provider of an installation; None when it has none.

    Raises:
        WrongSettings: it cannot be used safely as it is set.
    """
    if not settings.oidc_issuer:
        return None
    for address in (settings.oidc_issuer, settings.console_url):
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")):
            raise WrongSettings(f"Đăng nhập bằng nhà cung cấp danh tính cần https: {address}.")
    if not settings.oidc_client:
        raise WrongSettings("Thiếu DOITHOAI_OIDC_CLIENT: tên mà nhà cung cấp danh tính đặt cho bàn làm việc.")
    domains = frozenset(one.strip().lower() for one in settings.oidc_domains.split(",") if one.strip())
    if not domains:
        raise WrongSettings("Thiếu DOITHOAI_OIDC_DOMAINS: các tên miền thư mà nhà cung cấp danh tính được xác nhận.")
    return Client(
        settings.oidc_issuer,
        settings.oidc_client,
        settings.oidc_name,
        domains,
        f"{settings.console_url.rstrip('/')}/vao/tinh/ve",
        _secret(settings),
    )


def _secret(settings: Settings) -> str | None:
    if settings.oidc_secret_file is not None:
        try:
            return settings.oidc_secret_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise WrongSettings(f"Không đọc được {settings.oidc_secret_file}: {type(error).__name__}.") from None
    return settings.oidc_secret.get_secret_value() if settings.oidc_secret else None


class Provider:
    """Asks the provider who somebody is."""

    def __init__(
        self, client: Client, transport: httpx.AsyncBaseTransport | None = None, clock: Seconds = time.monotonic
    ) -> None:
        self.client = client
        self._transport = transport
        self._clock = clock
        self._told: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def ask(self) -> tuple[str, Asked]:
        """Where to send the browser, and what to recognise its return by.

        Raises:
            ProviderAway.
        """
        told, asked = await self._configuration(), Asked(new_token(), new_token(), new_token() + new_token())
        query = {
            "response_type": "code",
            "client_id": self.client.id,
            "redirect_uri": self.client.redirect,
            "scope": "openid email profile",
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": create_s256_code_challenge(asked.verifier),
            "code_challenge_method": "S256",
        }
        address = str(told["authorization_endpoint"])
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", asked

    async def look(self) -> None:
        """Ask for all that a sign-in needs of it; nobody is signed in.

        Raises:
            ProviderAway.
        """
        await self._key_set(fresh=True)

    async def who(self, asked: Asked, query: dict[str, str], now: datetime) -> str:
        """The account of whoever came back: his verified e-mail.

        Raises:
            NotVouched: with why.
            ProviderAway.
        """
        if not compare_digest(query.get("state", ""), asked.state):
            raise NotVouched("state")
        if "iss" in query and query["iss"] != self.client.issuer:  # RFC 9207
            raise NotVouched("issuer")
        if "code" not in query:
            raise NotVouched("refused")
        answer = await self._exchange(query["code"], asked.verifier)
        claims = await self._claims(answer, asked.nonce, now)
        if "email" not in claims:
            claims = await self._user_info(answer, claims)
        email, verified = claims.get("email"), claims.get("email_verified")
        if not isinstance(email, str) or verified is not True:
            raise NotVouched("e-mail-not-verified")
        account = known_name(email)
        if account.rpartition("@")[2] not in self.client.domains:
            raise NotVouched("domain")
        return account

    async def _exchange(self, code: str, verifier: str) -> dict[str, Any]:
        told = await self._configuration()
        typed = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect,
            "code_verifier": verifier,
            "client_id": self.client.id,
        }
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic: httpx.BasicAuth | None = None
        if self.client.secret is not None and "client_secret_basic" in methods:
            basic = httpx.BasicAuth(quote(self.client.id, safe=""), quote(self.client.secret, safe=""))
        elif self.client.secret is not None:
            typed["client_secret"] = self.client.secret
        async with self._http() as http:
            try:
                answer = await http.post(
                    str(told["token_endpoint"]), data=typed, auth=basic or httpx.USE_CLIENT_DEFAULT
                )
            except httpx.HTTPError as error:
                raise ProviderAway(type(error).__name__) from None
        if answer.status_code in (400, 401):
            raise NotVouched("code")
        return _json(answer)

    async def _claims(self, answer: dict[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
        """What the identity token says, once its signature and all that binds it to this sign-in have been checked."""
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotVouched("no-id-token")
        decoded = await self._verified(token)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self.client.issuer},
                "aud": {"essential": True, "value": self.client.id},
                "nonce": {"essential": True, "value": nonce},
            },
            {"client_id": self.client.id, "nonce": nonce, "access_token": answer.get("access_token")},
        )
        try:
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY_S)
        except (JoseError, AuthlibBaseError) as error:
            raise NotVouched(str(getattr(error, "claim", None) or error.error)[:40]) from None
        return dict(claims)

    async def _verified(self, token: str) -> jwt.Token:
        for fresh in (False, True):
            keys = await self._key_set(fresh=fresh)
            try:
                return jwt.decode(token, keys, algorithms=list(ALGORITHMS))
            except (JoseError, ValueError, TypeError):
                continue
        raise NotVouched("signature")

    async def _user_info(self, answer: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
        """Some providers tell the e-mail there alone; it must be told of the same person."""
        address = (await self._configuration()).get("userinfo_endpoint")
        if not isinstance(address, str) or not _is_safe(address, self.client.issuer):
            raise NotVouched("no-e-mail")
        token = answer.get("access_token", "")
        async with self._http() as http:
            try:
                told = _json(await http.get(address, headers={"Authorization": f"Bearer {token}"}))
            except httpx.HTTPError as error:
                raise ProviderAway(type(error).__name__) from None
        if told.get("sub") != claims.get("sub"):
            raise NotVouched("subject")
        return told

    async def _configuration(self) -> dict[str, Any]:
        if self._told is None or self._clock() - self._told[0] > KEPT_S:
            told = await self._get(f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != self.client.issuer:
                raise ProviderAway("it says it is another issuer")
            for needed in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not isinstance(told.get(needed), str) or not _is_safe(told[needed], self.client.issuer):
                    raise ProviderAway(f"no {needed}")
            self._told = self._clock(), told
        return self._told[1]

    async def _key_set(self, *, fresh: bool) -> KeySet:
        if self._keys is not None:
            age = self._clock() - self._keys[0]
            if age < (ASKED_AGAIN_AFTER_S if fresh else KEPT_S):
                return self._keys[1]
        told = await self._get(str((await self._configuration())["jwks_uri"]))
        try:
            keys = KeySet.import_key_set(told)  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderAway(type(error).__name__) from None
        self._keys = self._clock(), keys
        return keys

    async def _get(self, address: str) -> dict[str, Any]:
        async with self._http() as http:
            try:
                return _json(await http.get(address))
            except httpx.HTTPError as error:
                raise ProviderAway(type(error).__name__) from None

    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=PATIENCE_S, transport=self._transport, headers={"Accept": "application/json"})


def _is_safe(address: str, issuer: str) -> bool:
    """Reached as the issuer is: by TLS, unless both are on this machine."""
    return urlsplit(address).scheme in ("https", urlsplit(issuer).scheme)


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json() if answer.is_success and len(answer.content) <= MOST_BYTES else None
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise ProviderAway(f"HTTP {answer.status_code}")
    return told
