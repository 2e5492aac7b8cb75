"""What a process is told by its environment. Secrets come in here and go nowhere else."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.communes import PROFILES


class WrongSettings(ValueError):
    """A setting that a service cannot or must not start with. The Vietnamese text is for the operator."""

    names_nobody = True


class Settings(BaseSettings):
    """Settings of one service process.

    nats_url, mongo_url, smtp_url: with their credentials, as the driver takes them. Mail goes out by `smtps://` (TLS),
        `smtp+starttls://`, or `smtp://`, unencrypted, for a server on the same machine; elsewhere only with
        `?unencrypted=yes` behind it, and never with a password.
    smtp_ca: certificates that the mail server's is checked against; None: those of the system.
    smtp_per_domain, smtp_a_minute: mails under way to one domain at a time, and begun in a minute, by each
        process; 0: any number.
    keys: the file that names each key documents are signed with; None: nothing is signed.
    public_url: what citizens type in to reach this installation.
    clock: `rehearsal` lets a training installation move time forward for all services at once.
    companions: addresses of services, separated by blanks, without which this one does not call itself ready.
    secret: signs what citizens' browsers keep; the same for all replicas. Without one, each start makes its own.
    oidc_issuer: the province's own identity provider, by which staff sign in to the console besides their passwords;
        "": none. oidc_client, oidc_secret or oidc_secret_file: what it knows the console by. oidc_name: what its
        button says. oidc_domains: domains of e-mail addresses that it may vouch for, separated by commas.
    mailboxes: the file that names each commune's mailbox with its password; None: no mailbox is read.
    forms_an_hour: forms that are taken from one address of the network; 0: any number.
    trusted_proxies: addresses, separated by commas, whose X-Forwarded-For tells where a request comes from; none by
        default. Whoever could reach a service past them could choose his address, and so evade every limit.
    replicas: copies that JetStream keeps of each stream; 3 in production.
    nats_monitor_url: NATS' own monitoring port, as the console reaches it; None: what only stands there is not shown.
    traces: address of the collector that OpenTelemetry traces go to by OTLP over HTTP, such as
        `http://127.0.0.1:4318`; None: none are recorded, unless OTEL_EXPORTER_OTLP_ENDPOINT names one. All else about
        them is said by the standard variables, such as OTEL_TRACES_SAMPLER (see shared/traces.py).
    """

    model_config = SettingsConfigDict(env_prefix="DOITHOAI_", extra="ignore", populate_by_name=True)

    nats_url: str = Field(default="nats://127.0.0.1:4222", validation_alias="NATS_URL", repr=False)
    mongo_url: str = Field(default="mongodb://127.0.0.1:27017/?journal=true", validation_alias="MONGO_URL", repr=False)
    smtp_url: str = Field(default="smtp://127.0.0.1:1025", validation_alias="SMTP_URL", repr=False)
    smtp_ca: Path | None = None
    smtp_per_domain: int = Field(default=3, ge=0)
    smtp_a_minute: int = Field(default=0, ge=0)
    keys: Path | None = None
    host: str = "127.0.0.1"
    service_port: int = 8080
    public_url: str = "http://127.0.0.1:8080"
    console_url: str = "http://127.0.0.1:8081"
    companions: str = ""
    data: Path = Path("var")
    letters: Path = Path("var/letters")
    communes: Path = PROFILES
    clock: Literal["real", "rehearsal"] = "real"
    secret: SecretStr | None = None
    oidc_issuer: str = ""
    oidc_client: str = ""
    oidc_secret: SecretStr | None = None
    oidc_secret_file: Path | None = None
    oidc_name: str = "tài khoản của tỉnh"
    oidc_domains: str = ""
    mailboxes: Path | None = None
    forms_an_hour: int = Field(default=60, ge=0)
    trusted_proxies: str = ""
    replicas: int = Field(default=1, ge=1, le=5)
    nats_monitor_url: str | None = Field(default=None, validation_alias="NATS_MONITOR_URL")
    traces: str | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
