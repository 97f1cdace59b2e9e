"""What a model says that its character would not: told in a word, or nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from socialapp.chat.dialogues.sentences import split
from socialapp.chat.dialogues.wording import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from socialapp.engines.talk import Beat, Context

RECENT = 10
"""Lines of all speakers within which nobody says the same again."""

ALIKE = 0.6
"""Share of three-word runs that two lines have in common when they are one."""

_FAREWELL = re.compile(
    r"\b(good-?bye|bye(-bye)?|farewell|(have|enjoy) an? (great|good|nice|lovely|wonderful)"
    r" (day|time|evening|night|one|week)|see you (later|soon|next time|around|tomorrow)"
    r"|until next time|take care( of yourself)?[.!]|talk to you (later|soon)"
    r"|it was (nice|great|lovely) (talking|chatting|speaking|meeting))\b",
    re.I,
)
_LEAVING = re.compile(
    r"\b(good-?bye|bye|farewell|good ?night|see you|have to (go|leave)|must (go|be off)"
    r"|i'?m off|take care)\b",
    re.I,
)
_REFUSAL = re.compile(
    r"\b(i'?m sorry,? (but|i (can|am|'m))|i apologi[sz]e|i (can ?not|can'?t|am unable to"
    r"|'?m unable to|am not able to|'?m not able to|won'?t be able to)"
    r" (assist|help (you )?with|accompany|provide|fulfil+|continue|comply|generate|engage"
    r"|respond|answer that|discuss|create|write)|against my (guidelines|policy|programming)"
    r"|not comfortable (with|discussing)|as per my (guidelines|instructions))\b",
    re.I,
)
_MACHINE = re.compile(
    r"\b(as an? (ai|artificial|language|large)|(large )?language models?"
    r"|system prompt|my (training data|guidelines|instructions|knowledge cut-?off)"
    r"|openai|chatgpt|anthropic|role-?play(ing)?"
    r"|the user('s)? (asks?|asked|wants?|said|says|message|request|input|prompt|is)"
    r"|(i'?m|i am) (your|an?|the) (\w+ )?assistant"
    r"|how (can|may) i (assist|help)( you)?|(i'?m|i am) here to (help|assist)"
    r"|happy to (help|assist)"
    r"|let me know if|feel free to (ask|reach)|is there anything else"
    r"|(data|note)-[0-9a-f]{6,}|rules? of the house|write only|under \d+ words"
    r"|my character('s)?)\b",
    re.I,
)
_ADMITS = re.compile(r"\b(i'?m|i am|as) an? (ai|artificial intelligence)\b", re.I)
_ASKED = re.compile(
    r"\b(are|r) (you|u) (an? |really |even )*(ai|robot|bot|real|human|person|machine"
    r"|computer|program|language model|chatbot)|is this (a bot|an ai|real)|who made you",
    re.I,
)
_MARKS = frozenset(".,;:!?…'’‘\"“”«»()-–—&%°$€£/")
_NO_SPEECH = re.compile(
    r"https?://|www\.|```|\{\{|\}\}|</?\w+>|[{}\\]{2}|^\s*[-*#•] ", re.M
)


def tidy(text: str, context: Context) -> str:
    """A model's line as it would be said: its own name, quotes and asides are gone."""
    name = context.card.name
    words = sorted({name, name.split()[0]}, key=len, reverse=True)
    own = "|".join(re.escape(word) for word in words)
    text = re.sub(rf"^\s*[\"“]?({own})\s*(\([^)]{{0,40}}\))?\s*:\s*", "", text)
    text = re.sub(r"\([^()]{1,80}\)", " ", text) if "(" in text else text
    text = spoken(text, char=name, user=context.listener).strip()
    if text[:1] in '"“' and text.count(text[:1]) + text.count("”") <= 2:
        text = text.strip('"“”').strip()
    return text


def fault(sentence: str, context: Context, beat: Beat) -> str:
    """Why this sentence may not be said, in a word or two; empty: it may."""
    if not re.search(r"\w", sentence):
        return "no words"
    if _is_noise(sentence) or _NO_SPEECH.search(sentence):
        return "no speech"
    heard = context.last_heard()
    asked = bool(heard and _ASKED.search(heard.text))
    without = _ADMITS.sub("", sentence) if asked else sentence
    if _MACHINE.search(without) or (not asked and _ADMITS.search(sentence)):
        return "out of the part"
    if _REFUSAL.search(sentence):
        return "a refusal"
    if _FAREWELL.search(sentence) and not _may_leave(context, beat):
        return "a farewell"
    for name in _names(context):
        if re.match(rf"\W*{re.escape(name)}\s*:", sentence, re.I):
            return "another's name"
    if _loops(sentence):
        return "a loop"
    if said_before(sentence, context):
        return "said before"
    own = [one.character for one in context.card.examples]
    return "copied from its card" if _among(sentence, own) else ""


def line_fault(line: str, beat: Beat) -> str:
    """Of a whole line."""
    if beat.keep and beat.keep.lower() not in line.lower():
        return f"without the word {beat.keep}"
    return ""


def said_before(text: str, context: Context) -> bool:
    """It, or nearly it, is among the last lines or in what was just said."""
    return _among(text, [*(t.text for t in context.history[-RECENT:]), context.said])


def _among(text: str, lines: Iterable[str]) -> bool:
    runs = _runs(text)
    for line in lines:
        for sentence in split(line[:2000]):
            theirs = _runs(sentence)
            if len(runs) < 2 or len(theirs) < 2:
                # Short ones are the same only when they are the same word for word.
                if _flat(text) == _flat(sentence) and len(text.split()) > 2:
                    return True
            elif len(runs & theirs) / min(len(runs), len(theirs)) >= ALIKE:
                return True
    return False


def _is_noise(sentence: str) -> bool:
    """More signs than speech has; a word may stand alone, with a mark at its end."""
    odd = sum(not (c.isalnum() or c.isspace() or c in _MARKS) for c in sentence)
    letters = sum(char.isalpha() for char in sentence)
    return odd > 0.1 * len(sentence) or letters < 0.3 * len(sentence) - 3


def _may_leave(context: Context, beat: Beat) -> bool:
    heard = context.last_heard()
    return bool(
        beat.phase == "close"
        or _LEAVING.search(beat.intent)
        or "leave" in beat.intent
        or (heard and _LEAVING.search(heard.text))
    )


def _names(context: Context) -> set[str]:
    names = {other.name for other in context.others} | {"user", "assistant", "system"}
    names |= {turn.speaker for turn in context.history[-20:]} | {context.listener}
    names |= {name.split()[0] for name in names if name.split()}
    return names - {context.card.name, context.card.name.split()[0]}


def _flat(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}


def _loops(text: str) -> bool:
    words = re.findall(r"\w+", text.lower())
    runs: Sequence[tuple[str, ...]] = [
        tuple(words[i : i + 3]) for i in range(len(words) - 2)
    ]
    return any(runs.count(run) > 2 for run in set(runs))
