"""A small identity provider on this machine: it authorises at once, signs tokens, and can do each of it wrongly."""

import asyncio
import base64
import hashlib
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "doithoai", "a secret: with & signs"


class Identity:
    """says: claims instead of the right ones, None leaves one out. key: it signs with it; shown: it publishes them."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.email, self.says = "", dict[str, Any]()
        self.shown = [_key()]
        self.key = self.shown[0]
        self.algorithm = "RS256"
        self.tells_e_mail_apart = False
        self.asked_for_keys = 0
        self._begun: dict[str, dict[str, str]] = {}
        self.app = self._app()

    def rotate(self, *, publish: bool = True) -> None:
        """Sign with another key from now on."""
        self.key = _key()
        if publish:
            self.shown = [self.key]

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def configuration() -> dict[str, Any]:
            paths = {"authorization_endpoint": "authorise", "token_endpoint": "token", "jwks_uri": "keys"}
            paths |= {"userinfo_endpoint": "me"} if self.tells_e_mail_apart else {}
            return {"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in paths.items()}

        @app.get("/authorise")
        async def authorise(request: Request) -> Response:
            asked = dict(request.query_params)
            assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
            assert asked["code_challenge_method"] == "S256"
            code = f"code-{len(self._begun)}"
            self._begun[code] = asked
            back = {"code": code, "state": asked["state"], "iss": self.issuer}
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 303)

        @app.post("/token")
        async def token(request: Request) -> Response:
            typed = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
            asked = self._begun.pop(typed["code"], None)
            proof = base64.urlsafe_b64encode(hashlib.sha256(typed["code_verifier"].encode()).digest()).rstrip(b"=")
            told = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
            if asked is None or asked["code_challenge"] != proof.decode() or told != _basic():
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse(
                {"access_token": "access", "token_type": "Bearer", "id_token": self._signed(asked["nonce"])}
            )

        @app.get("/keys")
        async def keys() -> dict[str, Any]:
            self.asked_for_keys += 1
            return {"keys": [key.as_dict(private=False) for key in self.shown]}

        @app.get("/me")
        async def me(request: Request) -> dict[str, Any]:
            assert request.headers["authorization"] == "Bearer access"
            return {"sub": self.says.get("sub-of-me", "7"), "email": self.email, "email_verified": True}

        return app

    def _signed(self, nonce: str) -> str:
        now = int(time.time())
        right = {"iss": self.issuer, "aud": CLIENT, "sub": "7", "iat": now, "exp": now + 60, "nonce": nonce}
        right |= {} if self.tells_e_mail_apart else {"email": self.email, "email_verified": True}
        claims = {name: value for name, value in (right | self.says).items() if value is not None}
        if self.algorithm == "HS256":
            from joserfc.jwk import OctKey

            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
        return jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, claims, self.key)


def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)


def _basic() -> str:
    from urllib.parse import quote

    return f"{quote(CLIENT, safe='')}:{quote(SECRET, safe='')}"


@asynccontextmanager
async def identity_provider() -> AsyncIterator[Identity]:
    """One that listens on a free port of this machine until the end of the block."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        found = Identity(listening.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(found.app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield found
        finally:
            server.should_exit = True
            await serving
