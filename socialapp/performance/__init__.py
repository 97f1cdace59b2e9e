"""The two central types: what happens (Performance) and who can perform (Rig)."""

from socialapp.performance.face import Face
from socialapp.performance.rig import Rig
from socialapp.performance.slices import cut, join
from socialapp.performance.timeline import (
    Bed,
    Blink,
    CameraKey,
    Caption,
    Expression,
    Glance,
    Level,
    MadeBy,
    Panel,
    Part,
    Performance,
    Phone,
    Place,
    Pose,
    Sound,
    Stage,
    Viseme,
)

__all__ = [
    "Bed",
    "Blink",
    "CameraKey",
    "Caption",
    "Expression",
    "Face",
    "Glance",
    "Level",
    "MadeBy",
    "Panel",
    "Part",
    "Performance",
    "Phone",
    "Place",
    "Pose",
    "Rig",
    "Sound",
    "Stage",
    "Viseme",
    "cut",
    "join",
]
