"""Folders of coqui-tts' layouts with random weights: a small VITS, a small XTTS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from socialapp.engines import torch_audio

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

IPA = "abdefhijklmnoprstuvwzæðŋɐɑɒɔəɛɜɡɪɹɾʃʊʌʒθᵻˈˌːʔ"
LETTERS = "abcdefghijklmnopqrstuvwxyz"

LATENTS = {"gpt_cond_latent": (1, 32, 64), "speaker_embedding": (1, 512, 1)}


def tiny(folder: Path, seed: int = 0) -> None:
    """What the engine has by default: a VITS."""
    vits(folder, seed)


def vits(
    folder: Path,
    seed: int = 0,
    *,
    speakers: Sequence[str] = ("p225", "p294", "p311"),
    phonetic: bool = True,
) -> None:
    """``config.json``, ``model_file.pth`` and ``speaker_ids.json``."""
    torch_audio.make_harmless()
    import torch  # noqa: PLC0415
    from TTS.config.shared_configs import BaseAudioConfig  # noqa: PLC0415
    from TTS.tts.configs.shared_configs import CharactersConfig  # noqa: PLC0415
    from TTS.tts.configs.vits_config import VitsArgs, VitsConfig  # noqa: PLC0415
    from TTS.tts.models.vits import Vits  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    args = VitsArgs(
        init_discriminator=False,
        use_speaker_embedding=True,
        hidden_channels=32,
        hidden_channels_ffn_text_encoder=64,
        num_layers_text_encoder=2,
        num_layers_flow=1,
        num_layers_posterior_encoder=2,
        upsample_initial_channel_decoder=32,
        speaker_embedding_channels=16,
    )
    config: Any = VitsConfig(
        model_args=args,
        audio=BaseAudioConfig(sample_rate=22050),
        use_speaker_embedding=True,
        speakers=list(speakers),
        use_phonemes=False,
        add_blank=True,
        characters=CharactersConfig(
            pad="_",
            eos="&",
            bos="*",
            blank=None,
            characters=LETTERS,
            phonemes=IPA if phonetic else None,
            punctuations="!'(),-.:;? ",
            characters_class="TTS.tts.models.vits.VitsCharacters",
        ),
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = Vits(config)
        # Untrained, a letter lasts 1 unit of 12 ms: too short to be a phone.
        with torch.no_grad():
            for layer in network.duration_predictor.modules():
                if type(layer).__name__ == "ElementwiseAffine":
                    layer.translation.fill_(-1.2)
    torch.save({"model": network.state_dict()}, folder / "model_file.pth")
    # As published: the names are in a file of their own, and espeak would be asked.
    config.speakers = None
    config.use_phonemes = phonetic
    config.phonemizer = "espeak" if phonetic else None
    config.phoneme_language = "en" if phonetic else None
    config.save_json(folder / "config.json")
    rows = {name: row for row, name in enumerate(speakers)}
    (folder / "speaker_ids.json").write_text(json.dumps(rows), encoding="utf-8")


def xtts(
    folder: Path, seed: int = 0, *, speakers: Sequence[str] = ("Ada", "Bo")
) -> None:
    """``config.json``, ``model.pth``, ``vocab.json`` and ``speakers_xtts.pth``."""
    torch_audio.make_harmless()
    import torch  # noqa: PLC0415
    from tokenizers import Tokenizer, models, pre_tokenizers  # noqa: PLC0415
    from TTS.tts.configs.xtts_config import XttsArgs, XttsConfig  # noqa: PLC0415
    from TTS.tts.models.xtts import Xtts  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    marks = ["[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]"]
    letters = [*LETTERS, *"'.,!?-"]
    vocabulary = {name: number for number, name in enumerate(marks + letters)}
    tokens = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="[UNK]"))  # noqa: S106  no secret
    tokens.add_special_tokens(marks)
    tokens.pre_tokenizer = pre_tokenizers.Whitespace()
    tokens.save(str(folder / "vocab.json"))
    config: Any = XttsConfig(
        model_args=XttsArgs(
            gpt_layers=2,
            gpt_n_model_channels=64,
            gpt_n_heads=2,
            gpt_max_audio_tokens=20,
            gpt_max_text_tokens=200,
            gpt_max_prompt_tokens=20,
            gpt_number_text_tokens=len(vocabulary),
            decoder_input_dim=64,
            d_vector_dim=512,
        )
    )
    config.languages = ["en"]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = Xtts(config)
        network.init_models()
        torch.save({"model": network.state_dict()}, folder / "model.pth")
        latents = {
            name: {key: torch.randn(shape) for key, shape in LATENTS.items()}
            for name in speakers
        }
    torch.save(latents, folder / "speakers_xtts.pth")
    config.save_json(folder / "config.json")
