"""Which of the 478 landmarks lie where. Left and right are the viewer's.

The order of the points is the published output order of MediaPipe's face mesh network.
Every lip and lid curve runs from the viewer's left to the viewer's right.
"""

from __future__ import annotations

LIPS_UPPER_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LIPS_LOWER_INNER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
LIPS_UPPER_OUTER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LIPS_LOWER_OUTER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)

LID_UPPER_LEFT = (33, 246, 161, 160, 159, 158, 157, 173, 133)
LID_LOWER_LEFT = (33, 7, 163, 144, 145, 153, 154, 155, 133)
LID_UPPER_RIGHT = (362, 398, 384, 385, 386, 387, 388, 466, 263)
LID_LOWER_RIGHT = (362, 382, 381, 380, 374, 373, 390, 249, 263)

BROW_LEFT = (70, 63, 105, 66, 107, 46, 53, 52, 65, 55)
BROW_RIGHT = (300, 293, 334, 296, 336, 276, 283, 282, 295, 285)

OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400,
    377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67,
    109,
)  # fmt: skip
"""The outline, clockwise from the middle of the forehead."""

NOSE = (1, 2, 4, 5, 6, 19, 94, 98, 168, 195, 197, 327)
CHEEK_LEFT = (36, 50, 101, 116, 117, 118, 123, 147, 187, 192, 203, 205, 206, 207, 216)
CHEEK_RIGHT = (
    266, 280, 330, 345, 346, 347, 352, 376, 411, 416, 423, 425, 426, 427, 436,
)  # fmt: skip
CHIN_AREA = (
    18, 83, 313, 199, 200, 175, 201, 421, 208, 428, 32, 262, 194, 418, 182, 406, 106,
    335, 204, 424, 211, 431, 210, 430, 202, 422, 43, 273, 57, 287, 212, 432, 214, 434,
)  # fmt: skip
UNDER_NOSE = (164, 167, 393, 165, 391, 92, 322, 186, 410)
FOREHEAD = (9, 8, 151, 108, 337, 69, 299, 104, 333, 68, 298)

IRIS_LEFT, IRIS_RIGHT = 468, 473
EYE_OUTER_LEFT, EYE_INNER_LEFT = 33, 133
EYE_OUTER_RIGHT, EYE_INNER_RIGHT = 263, 362
NOSE_TIP, BROW_MIDDLE, FOREHEAD_TOP, CHIN = 1, 9, 10, 152
CHEEKBONE_LEFT, CHEEKBONE_RIGHT = 234, 454
