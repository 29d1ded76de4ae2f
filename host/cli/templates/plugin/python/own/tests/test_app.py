import inspect
import unittest

import app


class AppTest(unittest.TestCase):
    def test_every_function_that_the_host_calls_exists(self):
        classes = [cls for _, cls in inspect.getmembers(app, inspect.isclass) if cls.__module__ == "app"]
        for cls in classes:
            self.assertEqual(getattr(cls, "__abstractmethods__", None), frozenset(), cls)


if __name__ == "__main__":
    unittest.main()
