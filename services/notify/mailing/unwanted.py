"""Mail that nobody need have: how it says so in its head and its foot (RFC 2369, RFC 8058)."""

from urllib.parse import quote

from services.notify.correspondence import Correspondence, Message
from services.notify.messages import OPTIONAL


def can_be_declined(state: Correspondence, message: Message) -> bool:
    """Only by who registered, and so has a code: representatives are written to because somebody invited them."""
    return message.kind in OPTIONAL and state.code is not None


def page_to_decline(code: str, base_url: str) -> str:
    """base_url: of the citizens' pages, without a slash at the end."""
    return f"{base_url}/ngung-nhan/{quote(code, safe='')}"


def mail_to_decline(code: str, address: str) -> str:
    """What a mail program sends for who presses its own button: a `mailto:` URL. address: the commune's, in ASCII."""
    return f"mailto:{quote(address, safe='@')}?subject={quote(f'Ngừng nhận tin {code}', safe='')}"
