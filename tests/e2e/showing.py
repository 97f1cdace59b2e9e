"""A show on a page of the product: what test_show.py puts there, and what it measures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.e2e.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.e2e.conftest import Troupe

STAGE = Path(__file__).with_name("stage_show.py")


class House:
    """Performs lines in the product's own copy, in a process of its own."""

    def __init__(self, troupe: Troupe) -> None:
        code = f"exec(compile(open({str(STAGE)!r}).read(), 'stage_show', 'exec'), globals())"
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-c", code],
            cwd=ROOT,
            env=os.environ
            | {
                "DATA_DIR": str(troupe.data),
                "DJANGO_SETTINGS_MODULE": "socialapp.settings",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read("ready")

    def __call__(self, do: str, **how: Any) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **how}) + "\n")
        self.process.stdin.flush()
        return json.loads(self._read("{"))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(30) == 0

    def _read(self, begin: str) -> str:
        assert self.process.stdout is not None
        for told in self.process.stdout:
            if told.startswith(begin):
                return told
        raise AssertionError("the house went dark")


@dataclass(frozen=True, slots=True)
class Show:
    """A ``<troupe-show>`` on an open page."""

    page: Page

    def __getitem__(self, name: str) -> str:
        """Of its dataset; empty when it is not there."""
        found = self.page.evaluate(
            "name => document.querySelector('troupe-show').dataset[name] ?? ''", name
        )
        return str(found)

    def do(self, what: str) -> Any:
        """An expression of `show`."""
        return self.page.evaluate(
            f"() => {{ const show = document.querySelector('troupe-show'); return {what} }}"
        )

    def until(self, true: Callable[[], Any], seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, self.do("({...show.dataset})")
            self.page.wait_for_timeout(30)

    def ended(self, line: int) -> None:
        """Wait until a line is over."""
        self.until(lambda: {"line": line} in self.told("show-line-end"), 60)

    def told(self, name: str) -> list[Any]:
        """Details of all events of this name so far."""
        found: list[Any] = self.page.evaluate(
            "name => told.filter(one => one.name === name).map(one => one.detail)", name
        )
        return found


PUT = """async ({url, cast, background, width, height, attributes}) => {
  window.told = [];
  const names = ['show-state', 'show-line', 'show-line-end', 'show-event'];
  for (const name of names) {
    document.addEventListener(name, ({detail}) => told.push({
      name,
      at: performance.timeOrigin + performance.now(),
      detail: name === 'show-event' ? {kind: detail.kind, seq: detail.seq} : detail,
    }));
  }
  const make = (tag, fields = {}) => Object.assign(document.createElement(tag), fields);
  const show = make('troupe-show', {className: 'stage'});
  for (const [name, value] of Object.entries(attributes)) show.setAttribute(name, value);
  Object.assign(show.style, {inlineSize: width, blockSize: height, aspectRatio: 'auto'});
  const script = make('script', {type: 'application/json', textContent: JSON.stringify(cast)});
  script.dataset.cast = '';
  show.append(script);
  if (background) {
    show.append(make('img', {className: 'stage__bg', alt: '', src: background}));
  }
  const foot = make('div', {className: 'stage__foot'});
  const words = make('p', {className: 'surtitle', hidden: true});
  words.dataset.surtitle = '';
  foot.append(words);
  show.append(foot);
  const sound = make('button', {textContent: 'Sound', onclick: () => show.unlock()});
  const main = make('main');
  main.append(make('h1', {textContent: 'A show'}), show, sound);
  document.body.replaceChildren(main);
  await import(url);
}"""


def put_show(
    page: Page,
    troupe: Troupe,
    stream: Any,
    *,
    replay: bool = False,
    background: str = "",
    size: tuple[int, int] = (640, 360),
    spotlight: bool = True,
) -> Show:
    """On a page of the house, under its own policy and with its own sheets."""
    key = stream["key"]
    page.goto(f"{troupe.url}/cast/")
    source = (
        {"events": f"/api/v1/streams/{key}/events/"}
        if replay
        else {"socket": f"/ws/streams/{key}/", "ticketless": ""}
    )
    page.evaluate(
        PUT,
        {
            "url": "/static/streams/show.js",
            "cast": stream["cast"],
            "background": f"/static/backgrounds/{background}.svg" if background else "",
            "width": f"{size[0]}px",
            "height": f"{size[1]}px",
            "attributes": source | ({} if spotlight else {"spotlight": "off"}),
        },
    )
    return Show(page)


LISTEN = """() => {
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...how) {
    if (to instanceof AudioDestinationNode && !window.ear) {
      window.ear = new AnalyserNode(this.context, {fftSize: 32768});
      connect.call(this, window.ear);
    }
    return connect.call(this, to, ...how);
  };
  window.heardLoud = () => {
    if (!window.ear) return 0;
    const samples = new Float32Array(32768);
    window.ear.getFloatTimeDomainData(samples);
    return Math.max(...samples.slice(-512).map(Math.abs));
  };
}"""
"""An ear on whatever a page plays; before anything plays."""

WATCH_LIPS = """() => {
  const show = document.querySelector('troupe-show');
  window.lips = [];
  window.loud = [];
  const look = () => {
    if (window.ear && show.dataset.line) {
      const {context} = window.ear;
      const late = context.outputLatency || 0;
      const output = context.getOutputTimestamp();
      lips.push([context.currentTime - late, Number(show.dataset.opening), show.dataset.frames]);
      const samples = new Float32Array(32768);
      window.ear.getFloatTimeDomainData(samples);
      const end = context.currentTime;
      const rate = context.sampleRate;
      const size = Math.round(rate / 200);
      for (let i = samples.length - size; i >= 0; i -= size) {
        let most = 0;
        for (let k = i; k < i + size; k++) most = Math.max(most, Math.abs(samples[k]));
        loud.push([end - (samples.length - i - size / 2) / rate, most]);
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
"""What the lips do by the time that is heard, and how loud the sound is by its own."""


def open_spans(
    samples: list[tuple[float, float]], level: float
) -> list[tuple[float, float]]:
    """When a signal is above `level`: from, to; between two samples by a straight line."""
    spans, start, before = [], None, None
    for t, value in samples:
        if before is not None and (value > level) != (before[1] > level):
            share = (level - before[1]) / (value - before[1])
            crossing = before[0] + share * (t - before[0])
            if value > level:
                start = crossing
            elif start is not None:
                spans.append((start, crossing))
                start = None
        before = (t, value)
    return spans


def lip_offsets(page: Page) -> list[float]:
    """By how many milliseconds the mouth is late, or early, at each loud second of
    `stage_show.do_bursts`; for a page under WATCH_LIPS."""
    lips = [(t, value) for t, value, _ in page.evaluate("lips")]
    loud = sorted({round(t, 3): v for t, v in page.evaluate("loud")}.items())
    most = max(value for _, value in lips)
    assert most > 0.5
    mouths = open_spans(lips, most / 2)
    bursts = [span for span in open_spans(loud, 0.1) if span[1] - span[0] > 0.3]
    # A mouth opens a little before a vowel and closes a little after it, as people's do:
    # the middles must meet.
    offsets = []
    for start, end in bursts:
        middle = (start + end) / 2
        near = [(a + b) / 2 for a, b in mouths if a < middle < b]
        offsets += [1000 * (near[0] - middle)] if near else []
    return offsets
