"""`manage.py train_ranker`: learns the feed's weights from what people did."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from feed import selectors, services
from feed.ranking.learning import TooLittleError, learn

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = (
        "Learn how much each trait of a post counts. The new weights are used only when"
        " they are better on the last days, which they were not learnt from."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=28, help="to look back")
        parser.add_argument(
            "--dry-run", action="store_true", help="report, and change nothing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        outcomes = selectors.outcomes(days=options["days"])
        try:
            learnt = learn(outcomes, current=selectors.weights_now())
        except TooLittleError as error:
            raise CommandError(str(error)) from None
        except ImportError as error:
            raise CommandError(
                f"{error.name} is missing: pip install -r requirements-dev.txt"
            ) from None
        used = learnt.better and not options["dry_run"]
        if not options["dry_run"]:
            services.keep_weights(learnt=learnt)
        told = {"used": used, "weights": learnt.weights.to_json(), **learnt.report}
        self.stdout.write(json.dumps(told))
