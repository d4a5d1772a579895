"""The scripted Sentry behaves as it is told to, or a test of ours would prove nothing."""

import gzip
import http.client
import json
import socket
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.harness.certificates import make_certificate
from tests.harness.sink import PUBLIC_KEY, Answer, Sink, refusing_dsn

EVENT = {"event_id": "9ec79c33ec9942ab8353589fcb2e04dc", "message": "out of stock"}
AUTH = {"X-Sentry-Auth": f"Sentry sentry_key={PUBLIC_KEY}, sentry_version=7, sentry_client=test/1"}


def envelope_with(event: dict[str, str]) -> bytes:
    payload = json.dumps(event).encode()
    item = json.dumps({"type": "event", "length": len(payload)}).encode()
    return b"\n".join([b"{}", item, payload, b""])


def address_of(dsn: str) -> tuple[str, int]:
    parts = urllib.parse.urlsplit(dsn)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def connect(sink: Sink, timeout_s: float = 10) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(*address_of(sink.dsn), timeout=timeout_s)


def send(
    connection: http.client.HTTPConnection,
    body: bytes = envelope_with(EVENT),
    headers: dict[str, str] = AUTH,
    target: str = "/api/42/envelope/",
) -> http.client.HTTPResponse:
    connection.request("POST", target, body, headers)
    response = connection.getresponse()
    response.read()
    return response


def test_an_event_arrives_decoded() -> None:
    with Sink() as sink:
        assert send(connect(sink)).status == 200
        assert sink.wait_for_events(1) == [EVENT]


def test_a_compressed_event_arrives_decoded() -> None:
    with Sink() as sink:
        send(connect(sink), gzip.compress(envelope_with(EVENT)), {**AUTH, "Content-Encoding": "gzip"})
        assert sink.wait_for_events(1) == [EVENT]


def test_the_key_may_come_in_the_query_as_javascript_sends_it() -> None:
    with Sink() as sink:
        target = f"/api/42/envelope/?sentry_version=7&sentry_key={PUBLIC_KEY}"
        assert send(connect(sink), headers={}, target=target).status == 200


@pytest.mark.parametrize("headers", [{}, {"X-Sentry-Auth": "Sentry sentry_key=someone"}])
def test_a_missing_or_foreign_key_is_refused(headers: dict[str, str]) -> None:
    with Sink() as sink:
        assert send(connect(sink), headers=headers).status == 403


def test_another_project_is_not_found() -> None:
    with Sink() as sink:
        assert send(connect(sink), target="/api/7/envelope/").status == 404


def test_items_without_a_length_end_at_the_line() -> None:
    with Sink() as sink:
        send(connect(sink), b'{}\n{"type":"event"}\n{"message":"a"}\n{"type":"transaction"}\n{"transaction":"b"}\n')
        assert sink.wait_for_events(1) == [{"message": "a"}]
        assert sink.transactions == [{"transaction": "b"}]


def test_waiting_for_what_does_not_come_says_what_came() -> None:
    with Sink() as sink:
        send(connect(sink))
        with pytest.raises(TimeoutError, match=r"no 2 events within 0.01 s; 1 requests came, items: \['event'\]"):
            sink.wait_for_events(2, timeout_s=0.01)


def test_rate_limits_are_answered_with_their_header() -> None:
    with Sink(Answer.rate_limited(7)) as sink:
        response = send(connect(sink))
        assert (response.status, response.getheader("Retry-After")) == (429, "7")
        sink.answer = Answer.rate_limited(limits="60:error:key")
        response = send(connect(sink))
        assert (response.status, response.getheader("X-Sentry-Rate-Limits")) == (429, "60:error:key")


def test_the_answer_may_change_on_an_open_connection() -> None:
    with Sink() as sink:
        connection = connect(sink)
        assert send(connection).status == 200
        sink.answer = Answer(status=500)
        assert send(connection).status == 500
        assert sink.connection_count == 1
        assert [one.status for one in sink.received] == [200, 500]


def test_a_delay_is_waited_for() -> None:
    with Sink(Answer(delay_ms=80)) as sink:
        started = time.monotonic()
        send(connect(sink))
        assert time.monotonic() - started >= 0.08


def test_a_slow_answer_comes_byte_by_byte() -> None:
    with Sink(Answer(byte_interval_ms=1, body=b"")) as sink:
        started = time.monotonic()
        send(connect(sink))
        assert time.monotonic() - started >= len("HTTP/1.1 200 Scripted\r\nContent-Length: 0\r\n\r\n") / 1000


def test_garbage_is_no_http() -> None:
    with Sink(Answer.garbage()) as sink, pytest.raises(http.client.BadStatusLine):
        send(connect(sink))


def test_a_response_may_be_cut() -> None:
    whole = len("HTTP/1.1 200 Scripted\r\nContent-Length: 100\r\n\r\n") + 100
    with Sink(Answer(body=b"x" * 100, cut_after_bytes=whole - 1)) as sink:
        with pytest.raises(http.client.IncompleteRead):
            send(connect(sink))
        assert sink.wait_for_events(1) == [EVENT]


def test_a_connection_may_go_stale_after_a_response() -> None:
    with Sink(Answer(close_after=True)) as sink:
        connection = connect(sink)
        assert send(connection).getheader("Connection") is None
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            send(connection)


def test_a_hanging_sink_takes_the_event_and_never_answers() -> None:
    with Sink(Answer(hang=True)) as sink:
        with pytest.raises(TimeoutError):
            send(connect(sink, timeout_s=0.05))
        assert sink.wait_for_events(1) == [EVENT]


def test_a_sink_that_refuses_can_come_back_on_its_port() -> None:
    with Sink() as sink:
        connection = connect(sink)
        send(connection)
        sink.refuse()
        with pytest.raises(ConnectionRefusedError):
            send(connect(sink))
        sink.listen_again()
        assert send(connect(sink)).status == 200


def test_a_refusing_dsn_refuses() -> None:
    with refusing_dsn() as dsn, pytest.raises(ConnectionRefusedError):
        socket.create_connection(address_of(dsn))


def test_https_at_a_plain_sink_fails_in_the_handshake() -> None:
    with Sink() as sink, pytest.raises(urllib.error.URLError) as failure:
        urllib.request.urlopen(sink.https_dsn.replace(f"{PUBLIC_KEY}@", ""), timeout=5)
    assert isinstance(failure.value.reason, ssl.SSLError | ConnectionError)


def test_an_untrusted_certificate_is_refused_and_a_trusted_one_is_not(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with Sink(certificate=certificate.chain) as sink:
        assert sink.dsn.startswith("https://")
        host, port = address_of(sink.dsn)
        with pytest.raises(ssl.SSLCertVerificationError):
            send(http.client.HTTPSConnection(host, port, timeout=5))
        trusting = ssl.create_default_context(cafile=certificate.authority)
        assert send(http.client.HTTPSConnection(host, port, timeout=5, context=trusting)).status == 200
        assert sink.wait_for_events(1) == [EVENT]


def test_connections_are_served_at_the_same_time() -> None:
    with Sink(Answer(delay_ms=200)) as sink:
        senders = [threading.Thread(target=send, args=(connect(sink),)) for _ in range(8)]
        started = time.monotonic()
        for sender in senders:
            sender.start()
        sink.wait_for_events(8)
        for sender in senders:
            sender.join()
        assert time.monotonic() - started < 8 * 0.2
