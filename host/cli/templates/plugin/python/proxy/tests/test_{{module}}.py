import unittest

from witdock_proxy.testing import open_proxy, response
from witdock_proxy.wit import Err

from {{module}} import {{type}}


class {{type}}Test(unittest.TestCase):
    def test_a_hidden_path_is_answered_with_404(self):
        exchanged = open_proxy({{type}}, {"below": "/internal"}).run(path="/internal/metrics")
        self.assertEqual((exchanged.request, exchanged.status), (None, 404))

    def test_responses_do_not_name_their_server(self):
        proxy = open_proxy({{type}}, {"below": "/internal"})
        proxy.upstream = lambda request: response(200, "hello", {"server": "old"})
        answer = proxy.run().response
        self.assertEqual((answer.get("server"), answer.body), (None, b"hello"))

    def test_a_setting_that_does_not_fit_is_refused(self):
        with self.assertRaises(Err) as raised:
            open_proxy({{type}}, {"below": "internal"})
        self.assertIn("expected a path", raised.exception.value)


if __name__ == "__main__":
    unittest.main()
