"""In which language a post is, as far as its words tell."""

from __future__ import annotations

from functools import cache
from typing import Any

NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan",
    "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish",
    "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sv": "Swedish",
    "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""ISO 639-1 codes that are told apart. Fewer candidates make fewer mistakes with the
short texts that posts have."""

SURE = 0.8
"""Below this probability nothing is claimed."""


def language_of(text: str) -> str:
    """A code of NAMES; empty: too short, or too mixed, to tell."""
    if sum(map(str.isalpha, text)) < 3:
        return ""
    code, probability = _identifier().classify(text)
    return str(code) if probability >= SURE else ""


@cache
def _identifier() -> Any:
    """Naive Bayes over byte n-grams (Lui and Baldwin, langid.py, ACL 2012). Most of a
    second to load, so only who publishes pays for it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  heavy

    known = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known.set_languages(sorted(NAMES))
    return known
