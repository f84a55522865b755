# ruff: noqa: E501  (spellings of one kind stay on one line)
"""Reviews with planted personal data: templates times names times spellings, in two parts that share none of them.

The development part is there to look at. Of the held-back part only the score is read: a rule that was made for its
failures would make it worthless. A case is a text and the parts of it that must be gone.
"""

import random
from dataclasses import dataclass

KINDS = ("email", "phone", "card", "booking", "passport", "name")
DEVELOPMENT, HELD_BACK = "development", "held_back"


@dataclass(frozen=True)
class Case:
    """A review text, the kind of what is planted in it, and the planted words, none of which may stay."""

    kind: str
    text: str
    planted: tuple[str, ...]


_AROUND = {
    DEVELOPMENT: (
        "{} The room was lovely and the breakfast good.",
        "Nice stay, near the metro. {}",
        "We paid 120 euros for room 204 on 12/05/2017. {} Would come again.",
    ),
    HELD_BACK: (
        "Comfortable bed but thin walls. {} Taxi from the airport took 40 minutes.",
        "{} Parking cost 25 a day and the pool opens at 10:30.",
        "Stayed 3 nights in 2016, fifth floor. {}",
    ),
}
_EMAILS = {
    DEVELOPMENT: (
        "{a}.{b}@{host}.com", "{a} dot {b} at {host} dot com", "{a}.{b}[at]{host}.com", "{a}{b} (at) {host} (dot) com",
        "{a}.{b} @ {host} . com", "{a}_{b}＠{host}．com", "{a}{n}@{host}.co.uk", "{A}.{B}@{HOST}.COM",
        "{a}.{b} at {host}.com", "{a} punkt {b} at {host} punkt de", "{a}.{b} arroba {host} punto com",
    ),
    HELD_BACK: (
        "{a}{n}@{host}.net", "{a}-{b} at {host} dot org", "{a}{b}{{at}}{host}{{dot}}com", "{a}.{b} <at> {host}.fr",
        "{a} . {b} @ {host} dot com", "{a}.{b}[@]{host}[.]com", "{a} underscore {b} at {host} dot com",
        "{A} DOT {B} AT {HOST} DOT COM", "{a}{n} arroba {host} ponto com", "{a}.{b}(at){host}.de", "{a}.{b}@{host} com",
        "{a}-at-{host}-dot-com", "{a}{n} at {host} com",
    ),
}  # fmt: skip
_HOSTS = {DEVELOPMENT: ("gmail", "hotmail", "mailbox"), HELD_BACK: ("yahoo", "outlook", "gmail", "icloud")}
_EMAIL_LINES = {
    DEVELOPMENT: ("Write to me: {}.", "My email is {} if you want photos.", "Contact {} please."),
    HELD_BACK: (
        "For the invoice mail {} please.",
        "You can reach me under {} any time.",
        "Send the lost scarf to {} thanks.",
    ),
}
_PHONES = {
    DEVELOPMENT: (
        "+44 20 7946 {d4}", "0044 20 7946 {d4}", "(020) 7946-{d4}", "07700 900{d3}", "+351 912 345 {d3}", "06.12.34.{d2}.78",
        "+49 (0) 151 2345{d4}", "030/2345{d4}", "555-123-{d4}", "zero seven seven double zero nine one two three four five",
        "０７７００ ９００{d3}", "612 345 {d3}",
    ),
    HELD_BACK: (
        "+33 (0)6 98 76 {d2} 10", "0033698765{d3}", "(+39) 347-555-{d4}", "0161 496 0{d3}", "+1 (212) 555 {d4}", "212.555.{d4}",
        "089 / 123 {d4}", "+31-6-1234-{d4}", "plus 44 7911 123 {d3}", "0 7 9 1 1 1 2 3 {d1} 5 6",
        "oh seven nine one one two three four five six seven", "+９７１ ５０ １２３ {d4}", "00 971 50 123 {d4}", "698 765 {d3}",
        "cero seis uno dos tres cuatro cinco seis siete ocho",
    ),
}  # fmt: skip
_PHONE_LINES = {
    DEVELOPMENT: ("Call me on {}.", "My mobile is {}", "Phone: {} for details."),
    HELD_BACK: (
        "Please ring me at {}.",
        "WhatsApp {} anytime",
        "mein Handy ist {}.",
        "You may text {} about my bag.",
        "mon téléphone {} merci.",
    ),
}
_CARDS = {
    DEVELOPMENT: ("4111 1111 1111 {d4}", "4111-1111-1111-{d4}", "411111111111{d4}", "3782 822463 1{d4}", "card ending in {d4}", "**** **** **** {d4}"),
    HELD_BACK: ("5500.0000.0000.{d4}", "55000000 0000{d4}", "5105 1051 0510 {d4}", "6011-0009-9013-{d4}", "xxxx-xxxx-xxxx-{d4}", "５１０５ １０５１ ０５１０ {d4}", "visa card, last four digits {d4}", "3714-496353-9{d4}"),
}  # fmt: skip
_CARD_LINES = {
    DEVELOPMENT: ("They charged {} twice.", "My card {} was refused."),
    HELD_BACK: ("Somebody put 300 on {} without asking.", "Refund it to {} please.", "Deposit was taken from {}!"),
}
_BOOKINGS = {
    DEVELOPMENT: ("booking number 1234.567.{d3}", "reservation 987654{d4}", "confirmation code HX{d4}B", "itinerary 7234567{d4}12", "booking ref: AB12C{d2}", "Buchungsnummer 4455{d4}", "PIN {d4}"),
    HELD_BACK: ("Booking.com {d4}.812.{d3}", "Expedia itinerary no. 72{d4}881900", "confirmation # is QW{d2}ZX9", "my reservation ID was {d4}-77-{d3}", "numéro de réservation {d4}5567", "número de reserva RS{d4}21", "prenotazione n. {d4}8890", "boekingsnummer {d4} 662 {d3}", "pin code: {d4}", "confirmation code KQZWTB", "booking reference is hm{d4}xk"),
}  # fmt: skip
_BOOKING_LINES = {
    DEVELOPMENT: ("Our {} was lost.", "See {}."),
    HELD_BACK: ("They never saw {} in the system.", "Please check {} again.", "({})"),
}
_PASSPORTS = {
    DEVELOPMENT: ("passport number 5334{d4}1", "passport X12{d4}67", "Reisepass C01X{d2}T47", "pasaporte AAA{d4}56"),
    HELD_BACK: ("passport no: GB{d4}7781", "my passport is 45 08 {d4}67", "passeport 17AK{d4}3", "passaporte FZ 12{d4}", "paspoort NX{d2}R7L{d1}4", "паспорт 4510 12{d4}", "passport: L-89{d4}2"),
}  # fmt: skip
_PASSPORT_LINES = {
    DEVELOPMENT: ("They copied {} at check-in.",),
    HELD_BACK: ("Reception left {} on the desk.", "Someone wrote down {} for everyone to see."),
}
_NAMES = {
    DEVELOPMENT: ("John Smith", "maria lopez", "APRIL JONES", "June", "Will", "ahmed", "Hunter", "Rose Miller", "sophie"),
    HELD_BACK: ("Oluwaseun Adeyemi", "greta lindqvist", "MAY THOMPSON", "August", "Grace", "tomasz", "Mark", "Summer Blake", "Bill", "KATARZYNA", "juni", "Siobhan O'Connor", "deepika", "Jean-Luc Moreau", "liam"),
}  # fmt: skip
_NAME_LINES = {
    DEVELOPMENT: (
        "My name is {}.", "my name is {} and I stayed with my wife.", "Mi chiamo {}, tutto bene.", "Je m'appelle {} et j'ai bien dormi.",
        "ich heiße {} und war zufrieden.", "Me llamo {}.", "Thanks to {} at reception.", "Kind regards, {}", "The receptionist {} was great.",
    ),
    HELD_BACK: (
        "Hello, my name's {} and we had a problem.", "Our booking was under the name {}.", "MY NAME IS {}.", "meu nome é {} e gostei muito.",
        "Mein Name ist {}, das Zimmer war klein.", "ik heet {} en het was prima.", "jag heter {} och vi trivdes.", "Benim adım {}.",
        "nazywam się {} i polecam.", "меня зовут {}.", "Mă numesc {} și a fost bine.", "Il mio nome è {}.", "mon nom est {}.", "με λένε {}.",
        "{} at the front desk helped us.", "Ask for {}.", "Best regards\n{}", "spoke to the manager {} about it",
    ),
}  # fmt: skip
_OTHER_SCRIPTS = {
    DEVELOPMENT: (("我叫王小明，房间很好", "王小明"), ("اسمي محمد وكانت الغرفة جيدة", "محمد")),
    HELD_BACK: (("我的名字是李娜，早餐不错", "李娜"), ("اسمي فاطمة الزهراء", "فاطمة"), ("меня зовут Ирина, всё понравилось", "Ирина"),
                ("με λένε Νίκο και μου άρεσε", "Νίκο"), ("שמי דנה והיה נחמד", "דנה")),
}  # fmt: skip
_FAMILIES = {
    "email": (_EMAILS, _EMAIL_LINES),
    "phone": (_PHONES, _PHONE_LINES),
    "card": (_CARDS, _CARD_LINES),
    "booking": (_BOOKINGS, _BOOKING_LINES),
    "passport": (_PASSPORTS, _PASSPORT_LINES),
}
_PEOPLE = {
    DEVELOPMENT: (("john", "doe"), ("maria", "silva")),
    HELD_BACK: (("pieter", "dekker"), ("aoife", "byrne"), ("s", "kowalska")),
}
_CUES = ("booking number", "reservation", "confirmation code", "itinerary", "booking ref:", "Buchungsnummer", "PIN", "Booking.com",
         "Expedia itinerary no.", "confirmation # is", "my reservation ID was", "numéro de réservation", "número de reserva",
         "prenotazione n.", "boekingsnummer", "pin code:", "booking reference is", "passport number", "passport no:", "passport:",
         "my passport is", "passport", "Reisepass", "pasaporte", "passeport", "passaporte", "paspoort", "паспорт",
         "card ending in", "visa card, last four digits")  # fmt: skip


def planted_cases(part: str, seed: int = 7) -> list[Case]:
    """Every spelling in every line of a part, with names and digits drawn by the seed."""
    rng, cases = random.Random(f"{part} {seed}"), []  # no secrets
    for kind, (spellings, lines) in _FAMILIES.items():
        for spelling in spellings[part]:
            for line in lines[part]:
                told = _filled(spelling, part, rng)
                around = rng.choice(_AROUND[part])
                cases.append(Case(kind, around.format(line.format(told)), (_bare(told),)))
    for line in _NAME_LINES[part]:
        for name in _NAMES[part]:
            if line.startswith("{}") and name.islower():
                continue  # no cue stands before it
            around = "{}" if "\n" in line or line.endswith("{}") else rng.choice(_AROUND[part])
            cases.append(Case("name", around.format(line.format(name)), tuple(name.split())))
    return cases + [Case("name", text, (name,)) for text, name in _OTHER_SCRIPTS[part]]


def _filled(spelling: str, part: str, rng: random.Random) -> str:
    first, last = rng.choice(_PEOPLE[part])
    host = rng.choice(_HOSTS[part])
    names = {"a": first, "b": last, "host": host, "A": first.upper(), "B": last.upper(), "HOST": host.upper()}
    digits = {f"d{width}": str(rng.randrange(10 ** (width - 1), 10**width)) for width in (1, 2, 3, 4)}
    return spelling.format(**names, **digits, n=rng.randrange(10, 99))


def _bare(told: str) -> str:
    """What must be gone: without the cue before it."""
    for cue in sorted(_CUES, key=len, reverse=True):
        if told.startswith(cue):
            return told[len(cue) :].strip()
    return told
