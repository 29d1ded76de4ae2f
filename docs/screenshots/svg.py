"""Draws a terminal's screen, as `tmux capture-pane -e` gives it, as an SVG on standard output."""

import io
import sys

from rich.console import Console
from rich.text import Text

screen = sys.stdin.read().rstrip("\n")
console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True, color_system="truecolor")
for line in screen.split("\n"):
    console.print(Text.from_ansi(line), no_wrap=True, overflow="crop")
sys.stdout.write(console.export_svg(title=sys.argv[1]))
