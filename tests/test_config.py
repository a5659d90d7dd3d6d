from __future__ import annotations

import re
from pathlib import Path

import pytest

from huntline.config import Config, load_config
from huntline.data_folder import media_worker_of, said_database, said_shard
from huntline.directory.elsewhere import Shard
from huntline.errors import ConfigurationError
from huntline.network.certificate_files import CertificateFiles
from huntline.network.own_addresses import own_addresses
from huntline.network.setting_values import Listener, PortRange, SocketAddress
from huntline.signalling.own_shard import own_shard


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATA", "SIP", "HTTP", "MEDIA_PORTS", "LOG_LEVEL", "MASK_NUMBERS", "LIMITS__MAX_LEGS"):
        monkeypatch.delenv(f"HUNTLINE_{name}", raising=False)


def test_without_a_word_everything_stays_on_this_machine(tmp_path: Path) -> None:
    config = load_config({})
    assert config.data == tmp_path / "data"
    assert config.sip == (
        Listener("udp", "127.0.0.1", 5060),
        Listener("tcp", "127.0.0.1", 5060),
        Listener("ws", "127.0.0.1", 5062),
    )
    assert config.http == SocketAddress("127.0.0.1", 8080)
    assert config.media_ports == PortRange(20000, 29999)


@pytest.mark.parametrize(
    ("sip", "media_address"),
    [
        ("udp:127.0.0.1:5060", "127.0.0.1"),
        ("udp:[::1]:5060", "::1"),
        ("udp:192.0.2.77:5060", "192.0.2.77"),
        ("udp:127.0.0.1:5060 tcp:192.0.2.77:5060 udp:192.0.2.78:5060", "192.0.2.77"),
        ("udp:[2001:db8::7]:5060", "2001:db8::7"),
        ("udp:0.0.0.0:5060", own_addresses(4)[0]),
        ("udp:[::]:5060", own_addresses(6)[0]),
    ],
)
def test_audio_has_the_first_address_of_sip_that_others_can_reach(sip: str, media_address: str) -> None:
    config = load_config({"sip": sip})
    assert config.media_address == media_address
    assert config.out_of_earshot is None or media_address == "127.0.0.1"
    assert Config.model_validate_json(config.model_dump_json()).media_address == media_address


@pytest.mark.parametrize(
    ("sip", "is_said"),
    [
        ("udp:192.0.2.77:5060", "udp:192.0.2.77:5060"),
        ("udp:127.0.0.1:5060 tcp:0.0.0.0:5060", "tcp:0.0.0.0:5060"),
        ("udp:127.0.0.1:5060 ws:0.0.0.0:5062", None),  # pages have another address for audio
        ("udp:[::1]:5060", None),
    ],
)
def test_a_listener_whose_phones_get_no_audio_is_named(sip: str, is_said: str | None) -> None:
    found = load_config({"sip": sip, "media_address": "127.0.0.1"}).out_of_earshot
    assert (str(found) if found else None) == is_said
    assert load_config({"sip": sip, "media_address": "192.0.2.9"}).out_of_earshot is None


@pytest.mark.parametrize(
    ("settings", "is_said"),
    [
        ({"http": "127.0.0.1:6000"}, "127.0.0.1:6000"),
        ({"http": "127.0.0.1:6000", "page_origins": "https://queue.contoso.com"}, None),
        ({"sip": "udp:127.0.0.1:5060 ws:127.0.0.1:5061"}, "ws:127.0.0.1:5061"),
        ({"sip": "ws:127.0.0.1:5061", "websocket_url": "wss://queue.contoso.com/sip"}, None),
        ({"sip": "udp:127.0.0.1:5060 ws:127.0.0.1:5062"}, None),
    ],
)
def test_an_address_that_no_browser_opens_is_named(settings: dict[str, str], is_said: str | None) -> None:
    found = load_config(settings).out_of_browsers
    assert (str(found) if found else None) == is_said


def test_pages_are_told_of_no_address_that_browsers_do_not_open() -> None:
    with pytest.raises(ConfigurationError, match="no server at 6697"):
        load_config({"websocket_url": "wss://queue.contoso.com:6697/sip"})


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "huntline.toml").write_text(
        'http = "127.0.0.1:1001"\nmedia_ports = "3000-3999"\nlog_level = "error"\n[limits]\nmax_legs = 50\n'
    )
    monkeypatch.setenv("HUNTLINE_MEDIA_PORTS", "4000-4999")
    monkeypatch.setenv("HUNTLINE_LOG_LEVEL", "warning")
    config = load_config({"log_level": "debug", "http": None})
    assert config.http.port == 1001
    assert config.media_ports == PortRange(4000, 4999)
    assert config.log_level == "debug"
    assert config.limits.max_legs == 50


def test_the_file_in_the_data_folder_comes_before_the_one_in_the_working_folder(tmp_path: Path) -> None:
    data = tmp_path / "site"
    data.mkdir()
    (data / "huntline.toml").write_text('http = "127.0.0.1:1001"')
    (tmp_path / "huntline.toml").write_text('http = "127.0.0.1:1002"')
    assert load_config({"data": data}).http.port == 1001
    assert load_config({}).http.port == 1002


def test_a_list_fits_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for written in (
        "udp:10.0.0.1:5060, tcp:[::1]:5062",
        "udp:10.0.0.1:5060 tcp:[::1]:5062",
        '["udp:10.0.0.1:5060", "tcp:[::1]:5062"]',
    ):
        monkeypatch.setenv("HUNTLINE_SIP", written)
        assert load_config({}).sip == (Listener("udp", "10.0.0.1", 5060), Listener("tcp", "::1", 5062))
    monkeypatch.setenv("HUNTLINE_SIP", "['udp:10.0.0.1:5060']")
    with pytest.raises(ConfigurationError, match=r"HUNTLINE_SIP: .* with blanks or commas between"):
        load_config({})


def test_origins_are_kept_as_browsers_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "HUNTLINE_PAGE_ORIGINS", "https://Queue.Contoso.com:443/, http://[::1]:80 http://a:8080"
    )
    assert load_config({}).page_origins == ("https://queue.contoso.com", "http://[::1]", "http://a:8080")


def test_a_child_process_reads_what_the_supervisor_wrote(tmp_path: Path) -> None:
    config = load_config(
        {
            "sip": ["tcp:[::1]:5062"],
            "media_ports": "3000-3999",
            "mask_numbers": True,
            "websocket_url": "wss://queue.contoso.com/sip",
            "page_origins": "https://queue.contoso.com",
        }
    )
    again = Config.model_validate_json(config.model_dump_json())
    assert again.model_dump() == config.model_dump()
    assert str(again.sip[0]) == "tcp:[::1]:5062"
    assert again.control_socket == tmp_path / "data" / "control.sock"


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("sip", ["sctp:127.0.0.1:5060"], "TRANSPORT:ADDRESS:PORT"),
        ("sip", ["udp:127.0.0.1"], "ADDRESS:PORT"),
        ("sip", ["udp:127.0.0.1:65536"], "a port from 1 to 65535"),
        ("http", "::1:8080", "[::1]:8080"),
        ("websocket_url", "https://queue.contoso.com/sip", "begins with wss://"),
        ("websocket_url", "wss:///sip", "begins with wss://"),
        ("websocket_url", "ws://[::1", "begins with wss://"),
        ("page_origins", "queue.contoso.com", "https://HOST"),
        ("page_origins", "https://queue.contoso.com/pages", "no path"),
        ("page_origins", "https://queue.contoso.com:http", "no path"),
        ("http", "localhost:8080", "an IP address"),
        ("media_address", "::", "an address that phones can reach"),
        ("media_ports", "20000", "FIRST-LAST"),
        ("media_ports", "3000-3000", "at least two ports"),
        ("media_ports", "3001-3002", "an even one and the next"),
        ("media_ports", "3009-3000", "the lower one first"),
        ("media_workers", "0", "greater than or equal to 1"),
        ("media_workers", "65", "less than or equal to 64"),
        ("media_workers", "two", "a valid integer"),
        ("media_workers", "63.5", "a valid integer"),
        ("media_ports", "3000-\u0663", "a port from 1 to 65535"),
        ("log_level", "loud", "'debug'"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(key: str, value: object, wanted: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_config({key: value})
    assert f"--{key.replace('_', '-')}" in str(caught.value)
    assert wanted in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_value_in_the_file_is_named_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "huntline.toml").write_text("[limits]\nmax_legs = 0")
    with pytest.raises(ConfigurationError, match=r"huntline\.toml: limits\.max_legs: 0 is wrong"):
        load_config({})


def test_a_wrong_value_in_the_environment_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUNTLINE_HTTP", "8080")
    with pytest.raises(ConfigurationError, match="environment variable HUNTLINE_HTTP: '8080' is wrong"):
        load_config({})


def test_an_unknown_key_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "huntline.toml").write_text('htpp = "127.0.0.1:8080"')
    with pytest.raises(
        ConfigurationError,
        match=r"htpp: there is no such setting; there are certificate, data, database,",
    ):
        load_config({})


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "huntline.toml").write_text("http: 127.0.0.1:8080")
    with pytest.raises(ConfigurationError, match=r"huntline\.toml cannot be read as TOML: .*line 1"):
        load_config({})


def test_a_data_folder_whose_sockets_would_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="too long for the sockets"):
        load_config({"data": tmp_path / ("x" * 100)})


def test_an_identity_provider_is_named_by_file_and_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "huntline.toml").write_text(
        '[oidc]\nissuer = "https://id.contoso.com/"\nclient_id = "huntline"\n'
    )
    monkeypatch.setenv("HUNTLINE_OIDC__CLIENT_SECRET", "s3cret")
    oidc = load_config({}).oidc
    assert oidc is not None
    assert (oidc.issuer, oidc.client_id) == ("https://id.contoso.com/", "huntline")
    assert oidc.client_secret is not None
    assert oidc.client_secret.get_secret_value() == "s3cret"


def test_the_client_secret_reaches_a_child_process_and_shows_nowhere_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("ISSUER", "https://id.example"), ("CLIENT_ID", "us"), ("CLIENT_SECRET", "s3cret")):
        monkeypatch.setenv(f"HUNTLINE_OIDC__{name}", value)
    config = load_config({})
    assert "s3cret" not in repr(config)
    assert "s3cret" not in str(config.model_dump())
    again = Config.model_validate_json(config.model_dump_json())
    assert again.oidc == config.oidc


URL = "postgresql://hunter:s3cret@db.example:5433/calls?sslmode=require"


def test_the_password_of_the_database_reaches_a_child_process_and_shows_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "huntline.toml").write_text(f'database = "{URL}"')
    config = load_config({"data": tmp_path})
    assert str(config.database) == "postgresql://hunter@db.example:5433/calls?sslmode=require"
    assert "s3cret" not in f"{config!r} {config.model_dump()} {config}"
    again = Config.model_validate_json(config.model_dump_json())
    assert again.database is not None
    assert again.database.text == URL
    assert said_database(tmp_path) == again.database
    monkeypatch.setenv("HUNTLINE_DATABASE", "postgresql:///other")
    assert (
        str(load_config({"data": tmp_path}).database) == str(said_database(tmp_path)) == "postgresql:///other"
    )
    assert Config().model_copy(update={"database": None}).model_dump(mode="json")["database"] is None


@pytest.mark.parametrize(
    "url",
    [
        "s3cret",
        "",
        "mysql://u:s3cret@h/d",
        "sqlite:///s3cret.db",
        "postgresql://u:s3cret@h",
        "postgresql://u:s3cret@h/",
        "postgresql://u:s3cret@h:0/d",
        "postgresql://u:s3cret@h:port/d",
        "postgresql://u:s3c/ret@h/d",
        "postgresql://u:12/s3cret@h/d",
        "postgresql://u:12?s3cret@h/d",
        "postgresql://u:12#s3cret@h/d",
        "postgresql://u:[s3cret@h/d",
        "postgresql://u@h/d?password=s3cret",
        "postgresql://u@h/d?dbname=s3cret",
    ],
)
def test_a_wrong_database_is_refused_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    wanted = r"the value \(not shown\) is wrong; it must be: postgresql://USER"
    (tmp_path / "huntline.toml").write_text(f'database = "{url}"')
    for reading in (lambda: load_config({"data": tmp_path}), lambda: said_database(tmp_path)):
        with pytest.raises(ConfigurationError, match=rf"huntline.toml: database: {wanted}") as caught:
            reading()
        assert "s3cret" not in str(caught.value)
    monkeypatch.setenv("HUNTLINE_DATABASE", url)
    for reading in (lambda: load_config({}), lambda: said_database(tmp_path)):
        with pytest.raises(ConfigurationError, match=rf"HUNTLINE_DATABASE: {wanted}") as caught:
            reading()
        assert "s3cret" not in str(caught.value)


def test_a_database_that_is_no_text_is_refused(tmp_path: Path) -> None:
    for text in ("database = 3", "[database]\ntext = 'postgresql:///d'"):
        (tmp_path / "huntline.toml").write_text(text)
        for reading in (lambda: load_config({"data": tmp_path}), lambda: said_database(tmp_path)):
            with pytest.raises(ConfigurationError, match="database: the value"):
                reading()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('client_id = "us"\nclient_secret = "s3cret"', r"oidc\.issuer: is missing"),
        ('issuer = "https://id.example"\nclient_secret = "s3cret"', r"oidc\.client_id: is missing"),
        ('issuer = "http://id.example"\nclient_id = "us"', "begins with https://"),
        ('issuer = "id.example"\nclient_id = "us"', "begins with https://"),
        ('issuer = "https://id.example"\nclient_id = "us"\nclient_secret = ["s3cret"]', "not shown"),
        (
            'issuer = "https://id.example"\nclient_id = "us"\nsecret = "s3cret"',
            "there are client_id, client_secret",
        ),
    ],
)
def test_a_wrong_identity_provider_is_refused_without_its_secret(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "huntline.toml").write_text(f"[oidc]\n{text}\n")
    with pytest.raises(ConfigurationError, match=message) as caught:
        load_config({})
    assert "s3cret" not in str(caught.value)


def test_certificates_and_networks_are_read_and_handed_on(tmp_path: Path) -> None:
    said = {
        "sip": "tls:192.0.2.5:5061 wss:192.0.2.5:5063",
        "certificate": ["chain one.pem:key.pem", "/etc/both.pem"],
        "trusted_certificates": "issuers.pem",
        "network": "10.0.0.0/8=10.0.0.5 0.0.0.0/0=203.0.113.7",
    }
    config = load_config(said)
    assert config.certificate == (
        CertificateFiles(tmp_path / "chain one.pem", tmp_path / "key.pem"),
        CertificateFiles(Path("/etc/both.pem"), Path("/etc/both.pem")),
    )
    assert config.trusted_certificates == tmp_path / "issuers.pem"
    assert config.networks.told_to("198.51.100.1") == "203.0.113.7"
    assert config.own_hosts == {"192.0.2.5", "10.0.0.5", "203.0.113.7"}
    assert Config.model_validate_json(config.model_dump_json()).model_dump() == config.model_dump()
    with pytest.raises(ConfigurationError, match=r"--network: '10.0.0.0' is wrong; it must be: NETWORK="):
        load_config({"network": "10.0.0.0"})


@pytest.mark.parametrize(
    ("ports", "pairs"),
    [("3000-3001", 1), ("3001-3003", 1), ("3001-3004", 1), ("3000-3005", 3)],
)
def test_each_media_worker_has_ports_for_a_leg(ports: str, pairs: int, tmp_path: Path) -> None:
    said = {"data": tmp_path, "media_ports": ports}
    assert 1 <= load_config(said).media_workers <= max(pairs, 1)
    with pytest.raises(
        ConfigurationError, match=f"^--media-workers: .* must be: at most {pairs}, since media_ports"
    ):
        load_config({**said, "media_workers": str(pairs + 1)})


def test_each_media_worker_has_a_socket_of_its_own(tmp_path: Path) -> None:
    config = Config(data=tmp_path, media_workers=3)
    assert [path.name for path in config.media_sockets] == ["media.sock", "media-2.sock", "media-3.sock"]
    assert [media_worker_of(path.stem) for path in config.media_sockets] == [0, 1, 2]


@pytest.mark.parametrize(("said", "name"), [("north", "north"), ("North-2", "north-2"), (None, "main")])
def test_a_server_has_a_name_among_those_on_its_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str | None, name: str
) -> None:
    monkeypatch.setenv("HUNTLINE_DATABASE", "postgresql://h@127.0.0.1/h")
    if said is not None:
        monkeypatch.setenv("HUNTLINE_SHARD", said)
    monkeypatch.setenv("HUNTLINE_SHARD_HOST", "North.Contoso.com")
    config = load_config({"data": tmp_path})
    assert (config.shard, config.shard_host) == (name, "north.contoso.com")
    assert said_shard(tmp_path) == name


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("shard", "no rth", "a name of 1 to 32 letters, digits and hyphens"),
        ("shard", "-north", "a name of 1 to 32 letters, digits and hyphens"),
        ("shard", "n" * 33, "a name of 1 to 32 letters, digits and hyphens"),
        ("shard", "north", "only servers that share a PostgreSQL have names"),
        ("shard_host", "north.contoso.com:5060", "without a port"),
        ("shard_host", "::", "a name or an address"),
    ],
)
def test_a_wrong_name_among_servers_is_refused(tmp_path: Path, key: str, value: str, wanted: str) -> None:
    (tmp_path / "huntline.toml").write_text(f'{key} = "{value}"\n')
    with pytest.raises(
        ConfigurationError, match=rf"huntline.toml: {key}.*{re.escape(repr(value))}.*{wanted}"
    ):
        load_config({"data": tmp_path})


def test_the_name_that_commands_read_is_checked_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUNTLINE_SHARD", "no rth")
    with pytest.raises(ConfigurationError, match="HUNTLINE_SHARD: 'no rth' is wrong"):
        said_shard(tmp_path)


@pytest.mark.parametrize(
    ("said", "sip", "pages"),
    [
        ({}, ("udp:192.0.2.1:5060", "tls:[2001:db8::1]:5061"), "http://192.0.2.1:8080"),
        (
            {"shard_host": "north.example", "page_origins": "https://queue.example"},
            ("udp:north.example:5060", "tls:north.example:5061"),
            "https://queue.example",
        ),
    ],
)
def test_where_others_send_to(tmp_path: Path, said: dict[str, str], sip: tuple[str, ...], pages: str) -> None:
    listeners = "udp:192.0.2.1:5060 tls:[2001:db8::1]:5061 ws:192.0.2.1:5062"
    config = load_config({"data": tmp_path, "sip": listeners, "http": "192.0.2.1:8080", **said})
    assert own_shard(config) == Shard("main", sip, pages)


def test_an_address_for_all_is_told_as_the_first_one(tmp_path: Path) -> None:
    config = load_config({"data": tmp_path, "sip": "udp:0.0.0.0:5060"})
    assert own_shard(config).sip == (f"udp:{own_addresses(4)[0]}:5060",)
