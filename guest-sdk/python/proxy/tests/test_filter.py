import unittest
from dataclasses import dataclass

from witdock_proxy import HOLD, PAUSE, Side, calls, metrics, properties, proxy_filter, shared_data, timers
from witdock_proxy.testing import open_proxy, response
from witdock_proxy.wit import Err, types


@dataclass
class Settings:
    name: str
    cluster: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("`name` is empty: expected a header's name")


@proxy_filter
class Fixture:
    Settings = Settings

    def __init__(self, settings):
        self.settings = settings
        self.seen = metrics.Counter("seen")
        timers.set_tick(1000)

    def request_headers(self, stream, end_of_stream):
        self.seen.add()
        stream.path = stream.request.path
        stream.request.set(self.settings.name, f"{stream.request.method} {properties.source_address(stream)}")
        stream.request.append("x-more", str(end_of_stream))
        stream.request.remove("x-secret")
        count = shared_data.update("count", lambda count: str(int(count or b"0") + 1).encode())
        properties.set(stream, ["own", "count"], count.decode())
        if stream.path == "/fail":
            stream.request.set("x-bad", "a\nb")
        if stream.path == "/deny":
            return stream.respond(403, "no\n", {"x-why": "denied"}, details="denied")
        if self.settings.cluster:
            calls.call(stream, calls.request(self.settings.cluster, "/check"), lambda answer: self.checked(stream, answer))
            return PAUSE
        return None if end_of_stream else HOLD

    def checked(self, stream, answer):
        if answer.status == 200:
            stream.request.set("x-checked", answer.get("x-user"))
            stream.resume(Side.REQUEST)
        else:
            stream.respond(503, details=str(answer.failure))

    def request_body(self, stream, end_of_stream):
        if not end_of_stream:
            return PAUSE
        stream.request_body.replace(stream.request_body.read().decode().upper() + "!")

    def response_headers(self, stream, end_of_stream):
        stream.response.set("x-path", stream.path)

    def tick(self):
        self.seen.add(100)


class FilterTest(unittest.TestCase):
    def proxy(self, **settings):
        return open_proxy(Fixture, {"name": "x-who", **settings})

    def test_headers_and_bodies_are_changed_while_they_are_here(self):
        proxy = self.proxy()
        exchanged = proxy.run("POST", "/a", headers={"x-secret": "1"}, pieces=[b"he", b"llo"])
        request = exchanged.request
        self.assertEqual((request.get("x-who"), request.get("x-secret")), ("POST 203.0.113.7", None))
        self.assertEqual((request.pieces, exchanged.response.get("x-path")), ([b"HELLO!"], "/a"))
        self.assertEqual((exchanged.response.body, exchanged.end), (b"ok", "complete"))
        whole = proxy.run("POST", body="é").request
        self.assertEqual((whole.body.decode(), whole.get("content-length")), ("É!", "3"))
        self.assertEqual(proxy.world.metrics, {"seen": 2})

    def test_a_filter_answers_and_its_answer_passes_its_own_callbacks(self):
        exchanged = self.proxy().run(path="/deny")
        self.assertEqual((exchanged.request, exchanged.status, exchanged.details), (None, 403, "denied"))
        self.assertEqual((exchanged.response.get("x-why"), exchanged.response.get("x-path")), ("denied", "/deny"))
        self.assertEqual(exchanged.properties, {("own", "count"): b"1"})

    def test_calls_are_answered_to_the_stream(self):
        proxy = self.proxy(cluster="login")
        proxy.cluster("login", lambda call: response(200, headers={"x-user": call.path}))
        self.assertEqual(proxy.run().request.get("x-checked"), "/check")

        def slow(_):
            raise Err(types.CallFailure.TIMEOUT)

        proxy.cluster("login", slow)
        exchanged = proxy.run()
        self.assertEqual((exchanged.status, exchanged.details), (503, "CallFailure.TIMEOUT"))

    def test_an_error_ends_the_exchange(self):
        exchanged = self.proxy().run(path="/fail")
        self.assertEqual((exchanged.status, exchanged.details), (500, "Invalid: the value of `x-bad` has control characters"))

    def test_settings_that_do_not_fit_are_refused_in_plain_words(self):
        for settings, expected in [
            ({}, "missing field `name`"),
            ({"name": "a", "nam": 1}, "unknown field `nam`, expected `name`, `cluster`"),
            ({"name": ""}, "`name` is empty: expected a header's name"),
        ]:
            with self.assertRaises(Err) as raised:
                open_proxy(Fixture, settings)
            self.assertEqual(raised.exception.value, expected)

    def test_ticks_come_to_the_instance(self):
        proxy = self.proxy()
        proxy.tick()
        self.assertEqual(proxy.world.metrics, {"seen": 100})


if __name__ == "__main__":
    unittest.main()
