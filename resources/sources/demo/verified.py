"""Which reviews say whose they are, as surveys after a stay and booking platforms do: by its number or by a key."""

import numpy as np

from resources.sources.demo.identities import guest_ids, reservation_ids
from resources.sources.demo.streams import Streams
from resources.sources.demo.world import World

_BY_KEY_ALONE = 0.25  # of the reviews that name their stay: a loyalty programme's survey knows the guest only


def verified_fields(world: World) -> tuple[list[str | None], list[str | None]]:
    """Reservation number and guest key of each post, in the order of the world's posts; None: not said.

    Planted posts name no stay. A guest without a key is named by the number. Every draw is from a stream of its own,
    so that the share changes nothing else.

    Args:
        world: whose posts.
    """
    posts, settings = world.posts, world.settings
    draws = Streams(settings.seed, "verified")
    names_stay = draws.chance("names its stay", posts.number, settings.verified_share) & ~posts.is_fake
    guest = world.guests.number[posts.stay]
    # The draw of the rows of bookings: who has a key there has it here.
    has_key = Streams(settings.seed, "guests").chance("loyalty number", guest, settings.guest_key_share)
    by_key_alone = draws.chance("by key alone", posts.number, _BY_KEY_ALONE) & has_key
    numbers = reservation_ids(world.stays.number[posts.stay], np.zeros(len(posts.stay), dtype=np.int64))
    keys = guest_ids(guest)
    return (
        [f"{number:012d}" if said else None for number, said in zip(numbers, names_stay & ~by_key_alone, strict=True)],
        [f"G{key:012d}" if said else None for key, said in zip(keys, names_stay & has_key, strict=True)],
    )
