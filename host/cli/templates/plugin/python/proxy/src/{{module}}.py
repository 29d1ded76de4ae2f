"""{{name}}: answers 404 below a path, and removes the header `server` from responses.

In the proxy's configuration:

    [filter.{{name}}.settings]
    below = "/internal"
"""

from dataclasses import dataclass

from witdock_proxy import Action, Stream, proxy_filter


@dataclass
class Settings:
    """The filter's settings."""

    below: str

    def __post_init__(self) -> None:
        if not self.below.startswith("/"):
            raise ValueError(f"`below` is `{self.below}`: expected a path that begins with `/`")


@proxy_filter
class {{type}}:
    """The filter. Callbacks that it does not have cost nothing: sdk/proxy/README.md lists all of them."""

    Settings = Settings

    def __init__(self, settings: Settings) -> None:
        self.below = settings.below

    def request_headers(self, stream: Stream, end_of_stream: bool) -> Action | None:
        if stream.request.path.startswith(self.below):
            return stream.respond(404, "not here\n")
        return None

    def response_headers(self, stream: Stream, end_of_stream: bool) -> None:
        stream.response.remove("server")
