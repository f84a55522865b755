"""The service that a guest meets: five experiences per stay, and the satisfaction they leave.

A hotel has its strengths; guests who share country, segment, agent and company (a circle) are served alike,
better or worse as the months go; a guest and a hotel get on or not; the rest is the luck of one stay.
"""

import numpy as np

from resources.sources.demo.catalogue import SERVICES, hotels
from resources.sources.demo.circles import treatment
from resources.sources.demo.guests import Guests
from resources.sources.demo.settings import DemoSettings
from resources.sources.demo.streams import Streams

# Standard deviations of the parts; with tastes as drawn, satisfaction gets about one.
_HOTEL, _CIRCLE_SERVICE, _STAY, _LUCK = 0.3, 0.3, 0.3, 0.4


def experiences(
    settings: DemoSettings, guests: Guests, hotel: np.ndarray, stay_number: np.ndarray, check_out: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Five experiences, shape (stays, 5), and the satisfaction, in standard deviations around a mean near 0.

    Args:
        settings: of the world.
        guests: one row per stay.
        hotel: index of the hotel stayed at.
        stay_number: unique number of the stay.
        check_out: day of departure, days from the start.
    """
    service = Streams(settings.seed, "service")
    quality = np.array([item.quality for item in hotels(settings.hotels)])[hotel]
    shared = (
        quality
        + treatment(settings.seed, guests.circle, check_out)
        + settings.strength.lasting_fit * service.normal("guest and hotel", guests.number, hotel)
        + _STAY * service.normal("stay", stay_number)
    )
    columns = [
        shared
        + _HOTEL * service.normal("hotel", hotel, index)
        + _CIRCLE_SERVICE * service.normal("circle service", guests.circle, index)
        + _LUCK * service.normal(f"luck {name}", stay_number)
        for index, name in enumerate(SERVICES)
    ]
    satisfaction = np.zeros(len(hotel))
    for index, column in enumerate(columns):  # in fixed order: a matrix product may sum in another
        satisfaction = satisfaction + guests.taste[:, index] * column
    return np.round(np.stack(columns, axis=1), 6), np.round(satisfaction, 6)
