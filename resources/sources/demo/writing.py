"""Puts words to posts: composes, copies, plants identifiers, and keeps what was planted for the truth."""

from dataclasses import dataclass, replace

import numpy as np

from resources.sources.demo.catalogue import country_codes, hotels, table
from resources.sources.demo.edits import edited
from resources.sources.demo.identities import Identities, country_facts, reservation_ids
from resources.sources.demo.posts import BURST, CONTRADICTION, DUPLICATE, MANNERS, invented_country
from resources.sources.demo.streams import Streams
from resources.sources.demo.wording import Chooser, Occasion, Text, compose, turned_title
from resources.sources.demo.world import World

IDENTIFIER_KINDS: tuple[str, ...] = ("name", "email", "phone", "number")
_INVENTED_GUESTS = 1 << 55  # numbers of people who exist only in planted posts: above all guests
_PLANTED_WEIGHTS = (0.4, 0.2, 0.2, 0.2)


@dataclass(frozen=True, kw_only=True)
class Written:
    """A finished text and its truth."""

    title: str | None
    positive: str
    negative: str
    manner: str
    edit: str | None
    planted: tuple[tuple[str, str], ...]  # (kind of identifier, its text)


class Writer:
    """Writes the posts of one world; each text is a pure function of its post."""

    def __init__(self, world: World) -> None:
        self._world = world
        posts, seed = world.posts, world.settings.seed
        self.country = np.where(
            posts.is_fake, invented_country(world.settings, posts), world.guests.country[posts.stay]
        )
        number = np.where(posts.is_fake, posts.number + _INVENTED_GUESTS, world.guests.number[posts.stay])
        self._identities = Identities(seed, number, self.country)
        self._others = Identities(seed, posts.number + 2 * _INVENTED_GUESTS, self._staff_country())
        draws = Streams(seed, "planting")
        self._plants = draws.chance("plants", posts.number, world.settings.planted_identifier_share)
        self._position = {int(number): row for row, number in enumerate(posts.number)}
        self._drafts: dict[int, Text] = {}

    def _staff_country(self) -> np.ndarray:
        codes = country_codes()
        by_hotel = np.array([codes.index(hotel.country) for hotel in hotels(self._world.settings.hotels)])
        return by_hotel[self._world.posts.hotel]

    def write(self, row: int) -> Written:
        """The finished text of one post (row of the world's posts)."""
        text, edit = self._text(row)
        planted = self._planted(row)
        positive, negative = list(text.positive), list(text.negative)
        side = positive if (self._world.posts.mood[row] > 0 and positive) or not negative else negative
        chooser = Chooser(self._world.settings.seed, int(self._world.posts.number[row]))
        for place, (sentence, _) in enumerate(planted):
            side.insert(int(chooser.unit("where planted", place) * (len(side) + 1)), sentence)
        all_planted = tuple(item for _, items in planted for item in items)
        return Written(
            title=text.title,
            positive=joined(chooser, positive, keeps_case=bool(planted)),
            negative=joined(chooser, negative, keeps_case=bool(planted)),
            manner=MANNERS[self._world.posts.manner[row]],
            edit=edit,
            planted=all_planted,
        )

    def _text(self, row: int) -> tuple[Text, str | None]:
        posts = self._world.posts
        if posts.kind[row] != DUPLICATE:
            return self._draft(row), None
        chooser = Chooser(self._world.settings.seed, int(posts.number[row]))
        source = self._position[int(posts.source[row])]
        return edited(chooser, self._draft(source), hotels(self._world.settings.hotels)[posts.hotel[row]])

    def _draft(self, row: int) -> Text:
        if row not in self._drafts:
            self._drafts[row] = self._compose(row)
        return self._drafts[row]

    def _compose(self, row: int) -> Text:
        posts, world = self._world.posts, self._world
        chooser = Chooser(world.settings.seed, int(posts.number[row]))
        stay, is_fake = int(posts.stay[row]), bool(posts.is_fake[row])
        kind = int(posts.kind[row])
        occasion = Occasion(
            hotel=hotels(world.settings.hotels)[posts.hotel[row]],
            mood=float(posts.mood[row]),
            services=None if is_fake else tuple(float(value) for value in world.stays.services[stay]),
            is_business=not is_fake and bool(world.guests.is_business[stay]),
            has_children=not is_fake and bool(world.agreed.children[stay] + world.agreed.babies[stay] > 0),
            manner=MANNERS[posts.manner[row]],
            sentences=int(posts.sentences[row]),
            one_sided=kind in (CONTRADICTION, BURST),
            language=country_facts(int(self.country[row]))["names"],
        )
        text = compose(chooser, occasion, world.settings.titled_share)
        if kind == CONTRADICTION and text.title is not None:
            return replace(text, title=turned_title(chooser, occasion))
        return text

    def _planted(self, row: int) -> list[tuple[str, list[tuple[str, str]]]]:
        """Planted sentences of a post, each with the identifiers that it holds."""
        if not self._plants[row]:
            return []
        chooser = Chooser(self._world.settings.seed, int(self._world.posts.number[row]))
        sentences = []
        for place in range(1 + (chooser.unit("two planted") < 0.25)):
            kind = IDENTIFIER_KINDS[_weighted(chooser.unit("planted kind", place), _PLANTED_WEIGHTS)]
            template = chooser.one("planted", table("vocabulary")["planted"][kind], place)
            values = self._identifiers(row)
            items = [(held_kind, value) for slot, (held_kind, value) in values.items() if f"{{{slot}}}" in template]
            sentence = template.format(**{slot: value for slot, (_, value) in values.items()})
            if sentence not in [earlier for earlier, _ in sentences]:
                sentences.append((sentence, items))
        return sentences

    def _identifiers(self, row: int) -> dict[str, tuple[str, str]]:
        chooser = Chooser(self._world.settings.seed, int(self._world.posts.number[row]))
        own, other = self._identities.name(row), self._others.name(row)
        posts, room = self._world.posts, np.zeros(1, dtype=np.int64)
        if posts.is_fake[row]:
            reservation = reservation_ids(posts.number[row : row + 1], room + 7)
        else:
            reservation = reservation_ids(self._world.stays.number[posts.stay[row] : posts.stay[row] + 1], room)
        return {
            "self": ("name", " ".join(own) if chooser.unit("full name") < 0.7 else own[0]),
            "other": ("name", other[0]),
            "email": ("email", self._identities.email(row)),
            "phone": ("phone", self._identities.phone(row)),
            "reservation": ("number", f"{int(reservation[0]):012d}"),
            "card": ("number", self._identities.card(row)),
        }


def _weighted(draw: float, weights: tuple[float, ...]) -> int:
    for index, weight in enumerate(weights):
        draw -= weight
        if draw < 0:
            return index
    return len(weights) - 1


def joined(chooser: Chooser, sentences: list[str], *, keeps_case: bool) -> str:
    """Sentences as one field: people differ in stops, capitals and care."""
    if not sentences:
        return ""
    habit = chooser.unit("habit")
    if habit < 0.12 and not keeps_case:
        return ", ".join(sentences).lower()
    if habit < 0.3:
        return " ".join(sentences)
    mark = "!" if habit > 0.92 else "."
    return f"{mark} ".join(sentences) + mark
