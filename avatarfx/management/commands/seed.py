"""The starter cast, its first posts, and what the apps above bring."""

from __future__ import annotations

import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from avatarfx import services
from avatarfx.models import Clip
from avatarfx.services import starters
from socialapp.characters.starters import house, seed_cast
from socialapp.content import library

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from socialapp.characters.models import Character
    from socialapp.content.library import StarterPost

MOST_BYTES = 700_000
"""A post's files in the repository: half of it film, the rest lossless speech."""


class Command(BaseCommand):
    help = (
        "Make the starter cast, its first posts and the house's scenes. May be run again: what is there"
        " stays. Posts that do not ship as files are put in line to be rendered."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--cast-only", action="store_true", help="no posts, only the characters"
        )
        parser.add_argument(
            "--render-starters",
            nargs="*",
            metavar="POST",
            help="render these posts (or all) here and now, with the real pipeline,"
            " and write them to socialapp/content/posts to be shipped;"
            " ENCODER_QUALITY=26 keeps the films small",
        )
        parser.add_argument(
            "--posts",
            type=int,
            metavar="N",
            help="then make a crowd with N posts, for benches: people, characters,"
            " clips, follows, likes; a million takes minutes. Only in a house of its own",
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="the same one makes the same crowd"
        )
        parser.add_argument(
            "--yes-into-this-database",
            action="store_true",
            help="a crowd even where people have accounts; it cannot be taken out again",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["posts"] is not None:
            self._crowd("check", options)
        cast = seed_cast()
        self.stdout.write(f"Starter cast: {len(cast)} characters.")
        if options["cast_only"]:
            return
        if options["render_starters"] is not None:
            self._render(cast, set(options["render_starters"]))
            return
        done = [
            starters.seed_post(post=post, owner=house(), character=cast[post.character])
            for post in library.starter_posts()
        ]
        counts = {what: done.count(what) for what in ("present", "shipped", "queued")}
        words = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
        self.stdout.write(f"Starter posts: {words}.")
        for path in settings.SEEDERS:
            self.stdout.write(import_string(path)())
        if options["posts"] is not None:
            say = self.stdout.write
            self._crowd("make", options, seed=options["seed"], say=say)

    def _crowd(self, what: str, options: dict[str, Any], **more: Any) -> None:
        """`check` or `make` of the module that knows."""
        crowd = import_module(settings.CROWD)
        sure = options["yes_into_this_database"]
        try:
            getattr(crowd, what)(posts=options["posts"], sure=sure, **more)
        except crowd.CrowdError as error:
            raise CommandError(str(error)) from None

    def _render(self, cast: dict[str, Character], wanted: set[str]) -> None:
        posts = {post.id: post for post in library.starter_posts()}
        if unknown := wanted - set(posts):
            raise CommandError(f"No such post: {', '.join(sorted(unknown))}")
        for post in posts.values():
            if not wanted or post.id in wanted:
                self._render_one(post, cast[post.character])

    def _render_one(self, post: StarterPost, character: Character) -> None:
        began = time.monotonic()
        clip = services.request_clip(
            owner=house(),
            character=character,
            script=post.script,
            title=post.title,
            shape=post.shape,
            background=post.background,
            seed=post.seed,
            exempt=True,
            lane=Clip.Lane.LATER,
        )
        # One call renders the clip whose turn it is, which may be another one.
        while not clip.finished_for_good:
            services.render_clip(clip.pk)
            clip = Clip.objects.get(pk=clip.pk)
        if clip.state != Clip.State.READY:
            raise CommandError(f"{post.id}: {clip.error or clip.state}")
        if clip.rung != Clip.Rung.FULL:
            raise CommandError(f"{post.id}: only {clip.rung}: {clip.rung_reason}")
        size = starters.export_post(clip=clip, folder=post.folder)
        services.remove_clip(clip=clip)
        if size > MOST_BYTES:
            raise CommandError(f"{post.id}: {size} bytes are too many to ship")
        self.stdout.write(
            f"{post.id}: {clip.seconds:.1f} s, {size / 1000:.0f} kB,"
            f" rendered in {time.monotonic() - began:.0f} s"
        )
