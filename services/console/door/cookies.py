"""What a browser is known by: cookies of this site, and the address it comes from."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie, of this site alone. Where the console is reached by TLS, no other site or page can set it."""

    name: str
    secure: bool

    @property
    def full_name(self) -> str:
        return f"__Host-{self.name}" if self.secure else self.name

    def of(self, request: Request) -> str:
        return request.cookies.get(self.full_name, "")

    def put(self, response: Response, value: str, lasts: timedelta) -> None:
        """Lax, not strict: whoever comes by a link in a mail, or back from the provider, is known."""
        response.set_cookie(
            self.full_name,
            value,
            max_age=int(lasts.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response) -> None:
        response.delete_cookie(self.full_name, path="/", secure=self.secure, httponly=True, samesite="lax")


def address_of(request: Request) -> str:
    """Where a request comes from, as the server knows it (`trusted_proxies`)."""
    return request.client.host if request.client else ""
