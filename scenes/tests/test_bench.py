"""The bench runs and measures what it says."""

from __future__ import annotations

from argparse import ArgumentParser

from scenes.bench import scenes as bench
from scenes.machine import check, read_scene


def test_the_bench_gives_its_figures() -> None:
    parser = ArgumentParser()
    bench.add_arguments(parser)
    asked = parser.parse_args(
        ["--transitions", "2000", "--rounds", "1", "--states", "50"]
    )
    found = bench.run(vars(asked))
    assert found["transitions"] >= 2000
    assert found["bare_dict_per_s"] > found["transitions_per_s"] > 10_000


def test_what_it_checks_is_a_scene_without_errors() -> None:
    assert check(read_scene(bench.large(300))).publishable
