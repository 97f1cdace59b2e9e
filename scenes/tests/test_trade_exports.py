"""What a scene is in other forms, and a page that plays by itself."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings

from scenes import content
from scenes.machine import read_scene, write_scene
from scenes.tests.trade_files import SCXML, TWEE
from scenes.trade import page, passages, read, to_html, to_twee

NODE = shutil.which("node")
STATIC = Path(settings.BASE_DIR) / "socialapp" / "static"


@pytest.mark.parametrize("name", content.scene_ids())
def test_an_exported_twee_has_every_state_and_every_choice(name: str) -> None:
    scene = content.scene(name)
    written = to_twee(scene)
    again = read(written.text.encode())
    assert again.scene.title.main == scene.title.main
    assert list(again.scene.states) == list(scene.states)
    assert again.scene.initial == scene.initial
    for key, state in scene.states.items():
        wanted = [choice.target for choice in state.choices]
        found = [choice.target for choice in again.scene.states[key].choices]
        assert found[: len(wanted)] == wanted


def test_twee_says_what_it_cannot_say() -> None:
    written = to_twee(read(TWEE.encode()).scene)
    told = {one.what: one.why for one in written.report.not_taken}
    assert told["the condition coins > 2"] == "The line is always told."
    assert told["what Pay the keeper sets"] == "Plain links set nothing."
    assert ":: What Twee does not say [comment]" in written.text
    assert "the condition coins > 2" in written.text.split("[comment]")[1]


def test_states_within_states_lead_to_the_passage_that_is_entered() -> None:
    text = to_twee(read(SCXML.encode()).scene).text
    assert "[[Go up->dark]]" in text
    assert ":: attic" not in text
    assert text.count("[[Leave->hall]]") == 3


def test_words_of_a_scene_never_become_twine_s_signs() -> None:
    scene = read(b":: Start\n[[a]]\n\n:: a\nend\n").scene
    document = json.dumps(
        {
            **json.loads(write_scene(scene)),
            "title": ":: Odd [[x]]",
            "states": {
                "start": {
                    "beats": [
                        {"type": "narration", "text": ":: [[not|a link]] <<if>>\n::x"}
                    ],
                    "choices": [{"id": "go", "text": "a->b|c]]", "target": "a"}],
                },
                "a": {"type": "final", "ending": {"title": "End"}},
            },
        }
    )
    odd = read_scene(document)
    story = passages.twee(to_twee(odd).text)
    assert [one.name for one in story.passages] == ["start", "a"]
    again = read(to_twee(odd).text.encode())
    assert len(again.scene.states["start"].choices) == 1
    assert [one.what for one in again.report.not_taken] == ["roles"]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[str, str] = {}
        self.addresses: list[str] = []
        self.policy = ""
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.addresses += [str(found[key]) for key in ("src", "href") if key in found]
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = str(found["content"])
        self._in = str(found.get("id") or tag) if tag in {"script", "style"} else ""

    def handle_data(self, data: str) -> None:
        if self._in:
            self.parts[self._in] = self.parts.get(self._in, "") + data

    def handle_endtag(self, _: str) -> None:
        self._in = ""


def _page(text: str) -> _Page:
    found = _Page()
    found.feed(text)
    return found


def test_the_page_lets_its_own_script_run_and_loads_nothing() -> None:
    found = _page(to_html(content.scene("table_nine"), STATIC))
    assert found.addresses == []
    assert "url(" not in found.parts["style"]
    assert found.policy.startswith("default-src 'none'; ")
    for name in ("script", "style"):
        made = base64.b64encode(hashlib.sha256(found.parts[name].encode()).digest())
        assert f"{name}-src 'sha256-{made.decode()}'" in found.policy


def test_words_that_would_close_the_page_s_script_do_not() -> None:
    evil = "</script><script>alert(1)</script><!--"
    twee = f":: Start\nBO: {evil} [[Go->End]]\n\n:: End\n{evil}\n"
    scene = read(twee.encode()).scene
    document = json.loads(write_scene(scene))
    document["title"] = evil
    document["states"]["start"]["beats"][0]["text"] = evil
    hostile = read_scene(json.dumps(document))
    text = to_html(hostile, STATIC)
    found = _page(text)
    assert json.loads(found.parts["scene-document"])["title"] == evil
    assert text.count("</script>") == 2
    assert "<title>&lt;/script&gt;" in text


PLAYED = """
const parts = {root: null};
class Made {
  constructor(tag) { this.tag = tag; this.children = []; this.dataset = {}; this.style = {};
    this.classList = {add() {}}; }
  append(...more) { this.children.push(...more); }
  replaceChildren(...more) { this.children = more; }
  querySelector() { return null; }
  querySelectorAll() { return []; }
  scrollIntoView() {}
  focus() {}
}
globalThis.HTMLInputElement = globalThis.HTMLButtonElement = Made;
globalThis.FormData = class { get() { return null; } };
const kept = new Map();
globalThis.localStorage = {getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v)};
globalThis.window = globalThis;
const root = new Made("main");
const source = new Made("script");
source.textContent = TEXT;
source.dataset.digest = "x";
globalThis.document = {
  createElement: (tag) => new Made(tag),
  addEventListener() {},
  getElementById: (id) => (id === "scene-page" ? root : source),
};
SCRIPT
const all = (one) => (one instanceof Made ? [one, ...one.children.flatMap(all)] : []);
const texts = () => all(root).filter((one) => one.className?.includes("line")
  || one.className === "narration").map((one) => one.children[1] ?? one.textContent);
all(root)[1].onsubmit({preventDefault() {}});
const seen = [];
for (let i = 0; i < 50 && root.dataset.status === "waiting"; i += 1) {
  const open = all(root).filter((one) => one.dataset.choice);
  seen.push([root.dataset.state, open.map((one) => one.dataset.choice)]);
  open[open.length - 1].onclick();
}
clearTimeout(0);
const end = root.dataset.state;
const status = root.dataset.status;
all(root).find((one) => one.textContent === "Back one choice").onclick();
console.log(JSON.stringify({seen, end, status, back: root.dataset.state, lines: texts().length,
  saved: JSON.parse(kept.get("troupe-scene-x")).events.length}));
process.exit(0);
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_the_page_s_script_plays_to_an_ending_and_back() -> None:
    found = _page(to_html(content.scene("the_lending_mountain"), STATIC))
    program = PLAYED.replace("TEXT", json.dumps(found.parts["scene-document"]))
    program = program.replace("SCRIPT", found.parts["script"])
    done = subprocess.run(
        [str(NODE), "-"], input=program, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["status"] == "ended"
    assert told["back"] == told["seen"][-1][0]
    assert told["saved"] == len(told["seen"]) - 1
    assert told["lines"] > 0


def test_a_module_that_cannot_be_put_into_the_page_is_told() -> None:
    text = page.bundle(STATIC / "scenes")
    assert not re.search(r"^(import|export)\\b", text, re.MULTILINE)
    assert text.index("modules.chance =") < text.index("modules.machine =")
