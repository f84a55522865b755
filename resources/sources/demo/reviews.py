"""Posts as rows of the exchange format: fields padded with blanks, placeholders, tags, as the platform writes."""

import numpy as np
import polars as pl

from resources.sources.base import OPTIONAL_REVIEW_COLUMNS, REVIEW_COLUMNS
from resources.sources.demo.catalogue import hotels, table
from resources.sources.demo.identities import country_facts, review_ids
from resources.sources.demo.streams import Streams, pick_from
from resources.sources.demo.verified import verified_fields
from resources.sources.demo.world import World
from resources.sources.demo.writing import Writer, Written

_BASE_REVIEWS, _BASE_SCORE, _BASE_WEIGHT = 900, 8.2, 300.0
_MOBILE, NO_TRIP_TYPE = 0.6, 0.03  # public tags: 307,640 of 515,738; 97 % name the trip
SMALL_CHILDREN, FRIENDS = 0.65, 0.1  # families with young children; pairs that are no couple, groups of friends
WRONG_PARTY_WEIGHTS = (4, 3, 2, 1)  # couple, solo, group, family with older children
_NOTHING_SHARE = 0.15  # "Nothing" in an empty negative field


class ReviewRows:
    """Turns posts into rows, a day's rows being a pure function of the posts up to that day."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._writer = Writer(world)
        self._facts = _facts(world)
        self._reservation, self._guest_key = verified_fields(world)

    def write(self, row: int) -> Written:
        """The finished text of one post and its truth."""
        return self._writer.write(row)

    def country(self, row: int) -> int:
        """Country of the writer (index into ``country_codes()``)."""
        return int(self._writer.country[row])

    def rows(self, posts: np.ndarray) -> pl.DataFrame:
        """Rows of the exchange format (text), in the order given."""
        records = [self._record(int(row)) for row in posts]
        names = (*REVIEW_COLUMNS, *OPTIONAL_REVIEW_COLUMNS)
        return pl.DataFrame(records, schema=dict.fromkeys(names, pl.String), orient="row")

    def _record(self, row: int) -> dict[str, str | None]:
        facts, posts, world = self._facts, self._world.posts, self._world
        hotel = hotels(world.settings.hotels)[posts.hotel[row]]
        written = self._writer.write(row)
        empty = " Nothing " if facts["says_nothing"][row] else "No Negative"
        day = np.datetime64(world.settings.start, "D") + int(posts.posted_day[row])
        year, month, date = str(day).split("-")
        second = int(posts.second[row])
        return {
            "Hotel_Address": hotel.address,
            "Additional_Number_of_Scoring": str(int(facts["reviews"][row]) // 4),
            "Review_Date": f"{int(month)}/{int(date)}/{year}",
            "Average_Score": f"{facts['average'][row]:.1f}",
            "Hotel_Name": hotel.name,
            "Reviewer_Nationality": f" {_nationality(int(facts['nationality'][row]))} ".replace("  ", " "),
            "Negative_Review": f" {written.negative} " if written.negative else empty,
            "Review_Total_Negative_Word_Counts": str(_words(written.negative)),
            "Total_Number_of_Reviews": str(int(facts["reviews"][row])),
            "Positive_Review": f" {written.positive} " if written.positive else "No Positive",
            "Review_Total_Positive_Word_Counts": str(_words(written.positive)),
            "Total_Number_of_Reviews_Reviewer_Has_Given": str(int(facts["given"][row])),
            "Reviewer_Score": f"{posts.score[row]:.1f}",
            "Tags": _tags(facts, row),
            "days_since_review": "0 days",
            "lat": str(hotel.lat),
            "lng": str(hotel.lng),
            "review_key": review_key(int(posts.number[row])),
            "Review_Title": written.title,
            "Posted_At": f"{day}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}",
            "reservation_id": self._reservation[row],
            "guest_key": self._guest_key[row],
        }


def review_key(number: int) -> str:
    """The platform's key of one post."""
    return f"V{int(review_ids(np.array([number]))[0]):012d}"


def _words(text: str) -> int:
    return len(text.split()) + 2 if text else 0  # the platform counts the two blanks around


def _nationality(country: int) -> str:
    return "" if country < 0 else country_facts(country)["name"]


def _tags(facts: dict[str, np.ndarray], row: int) -> str:
    trip, party, rooms = facts["trip"][row], facts["party"][row], int(facts["rooms"][row])
    nights = int(facts["nights"][row])
    tags = [trip] if trip else []
    tags.append(party)
    if rooms > 1:
        tags.append(f"{rooms} rooms")
    tags.append(facts["room"][row])
    tags.append(f"Stayed {nights} night{'s' if nights > 1 else ''}")
    if facts["mobile"][row]:
        tags.append("Submitted from a mobile device")
    return "[" + ", ".join(f"' {tag} '" for tag in tags) + "]"


def _facts(world: World) -> dict[str, np.ndarray]:
    """What each post says about writer and stay: the booking's values with noise, or inventions."""
    posts, stay = world.posts, world.posts.stay
    draws, noise = Streams(world.settings.seed, "tags"), world.settings.tag_noise
    writer_country = np.where(posts.is_fake, Writer(world).country, world.guests.country[stay])
    errs = draws.chance("nationality errs", posts.number, noise)
    nationality = np.where(errs, np.where(draws.chance("blank", posts.number, 0.5), -1, 0), writer_country)
    nights = np.where(posts.is_fake, 1 + draws.pick("nights", posts.number, (4, 5, 4, 2, 1)), world.stays.nights[stay])
    nights = np.maximum(nights + draws.chance("nights err", posts.number, noise), 1)
    count, average = _standing(world)
    return {
        "nationality": nationality,
        "nights": nights,
        "mobile": draws.chance("mobile", posts.number, _MOBILE),
        "says_nothing": draws.chance("says nothing", posts.number, _NOTHING_SHARE),
        "given": np.ceil(-(np.log(draws.uniform("given", posts.number)) ** 1.0) * 5),
        "rooms": np.where(posts.is_fake, 1, world.agreed.rooms[stay]),
        "reviews": count,
        "average": average,
        "trip": _trips(world, draws, noise),
        "party": _parties(world, draws, noise),
        "room": _room_names(world, draws),
    }


def _standing(world: World) -> tuple[np.ndarray, np.ndarray]:
    """The hotel's number of reviews and mean score as shown on the day before each post."""
    posts = world.posts
    count, average = np.zeros(len(posts.number), dtype=np.int64), np.zeros(len(posts.number))
    for hotel in range(world.settings.hotels):
        rows = np.flatnonzero(posts.hotel == hotel)
        before = np.searchsorted(posts.posted_day[rows], posts.posted_day[rows], side="left")
        tenths = np.concatenate([[0], np.cumsum(np.rint(posts.score[rows] * 10).astype(np.int64))])  # exact sums
        count[rows] = _BASE_REVIEWS + 137 * hotel + before
        average[rows] = (_BASE_SCORE * _BASE_WEIGHT + tenths[before] / 10) / (_BASE_WEIGHT + before)
    return count, average


def _trips(world: World, draws: Streams, noise: float) -> np.ndarray:
    posts = world.posts
    invented = draws.chance("invented business", posts.number, 0.15)
    is_business = np.where(posts.is_fake, invented, world.guests.is_business[posts.stay])
    is_business = is_business ^ draws.chance("trip errs", posts.number, noise)
    is_missing = draws.chance("no trip", posts.number, NO_TRIP_TYPE)
    return np.where(is_missing, "", np.where(is_business, "Business trip", "Leisure trip"))


def _parties(world: World, draws: Streams, noise: float) -> np.ndarray:
    posts, agreed = world.posts, world.agreed
    adults = np.where(posts.is_fake, 1 + draws.pick("adults", posts.number, (2, 7, 1)), agreed.adults[posts.stay])
    young = np.where(posts.is_fake, 0, agreed.babies[posts.stay])
    children = np.where(posts.is_fake, 0, agreed.children[posts.stay])
    small = (young > 0) | draws.chance("small children", posts.number, SMALL_CHILDREN)
    several = np.where(draws.chance("friends", posts.number, FRIENDS), "Travelers with friends", "Group")
    several_of_two = draws.chance("two friends", posts.number, FRIENDS)
    party = np.where(adults <= 1, "Solo traveler", np.where((adults == 2) & ~several_of_two, "Couple", several))
    family = np.where(small, "Family with young children", "Family with older children")
    party = np.where(children + young > 0, family, party)
    labels = np.array(["Couple", "Solo traveler", "Group", "Family with older children"])
    wrong = labels[pick_from(draws.uniform("wrong party", posts.number), WRONG_PARTY_WEIGHTS)]
    return np.where(draws.chance("party errs", posts.number, noise), wrong, party)


def _room_names(world: World, draws: Streams) -> np.ndarray:
    posts, names = world.posts, table("vocabulary")["rooms"]
    kinds = [hotel.kind for hotel in hotels(world.settings.hotels)]
    which = draws.uniform("room name", posts.number)
    invented = np.array(["A", "D"])[draws.pick("invented room", posts.number, (3, 1))]
    labels = np.where(posts.is_fake, invented, world.agreed.room[posts.stay])
    result = []
    for hotel, label, draw in zip(posts.hotel, labels, which, strict=True):
        options = names[kinds[hotel]].get(str(label)) or names[kinds[hotel]]["A"]
        result.append(options[int(draw * len(options))])
    return np.array(result, dtype="U48")
