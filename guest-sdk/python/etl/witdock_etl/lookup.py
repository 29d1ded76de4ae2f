"""Tables that the host lends, asked a batch of keys at a time. To be granted: `witdock:etl/lookup`.

`open("airlines").get(batch.rows, [batch.raw("carrier")], ["name"])` gives matches: `found`, a bitmap, and `columns` as
long as the keys, for `to_list`. In a native test no host lends a table.
"""

try:
    from wit_world.imports.lookup import open
except ImportError:
    from .errors import DataError

    def open(name: str) -> object:
        """Opens the table that the pipeline lends under this name."""
        raise DataError(f"lookup table `{name}`: there is no host to lend it")


__all__ = ["open"]
