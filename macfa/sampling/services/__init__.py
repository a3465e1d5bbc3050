"""What changes about the sample: a pool is loaded, a draw made and used, a reserve taken."""

from macfa.sampling.services.cases import confirm_draw, describe_case, take_another, take_reserve
from macfa.sampling.services.draws import draw_sample, latest_pool, repeat
from macfa.sampling.services.pools import discard_upload, load_pool
from macfa.sampling.services.uploads import drop_forgotten_uploads, keep_upload, load_upload

__all__ = [
    "confirm_draw",
    "describe_case",
    "discard_upload",
    "draw_sample",
    "drop_forgotten_uploads",
    "keep_upload",
    "latest_pool",
    "load_pool",
    "load_upload",
    "repeat",
    "take_another",
    "take_reserve",
]
