"""Every setting. The defaults run on embedded parts; the environment does the rest."""

from __future__ import annotations

from socialapp.settings.api import *
from socialapp.settings.engines import *
from socialapp.settings.files import *
from socialapp.settings.limits import *
from socialapp.settings.mail import *
from socialapp.settings.neural import *
from socialapp.settings.people import *
from socialapp.settings.place import *
from socialapp.settings.rendering import *
from socialapp.settings.site import *
from socialapp.settings.storage import *
from socialapp.settings.trust import *
from socialapp.settings.work import *
