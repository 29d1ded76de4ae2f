"""Tables of the pipeline, looked up a batch of keys at a time. Needs the grant `witdock:etl/lookup`.

`open("airlines").get(batch.rows, [batch.raw("carrier")], ["name"])` gives matches: `found`, a bitmap, and `columns` as
long as the keys, for `to_list`. Native tests have no tables.
"""

try:
    from wit_world.imports.lookup import open
except ImportError:
    from .errors import DataError

    def open(name: str) -> object:
        """Opens the pipeline's table of this name."""
        raise DataError(f"lookup table `{name}`: there is no host to provide it")


__all__ = ["open"]
