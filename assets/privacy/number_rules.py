# ruff: noqa: E501  (alternatives of one language stay on one line)
"""Where phone, card, booking and passport numbers stand in text: by their form, or by a cue before them."""

import re
from collections.abc import Sequence

Span = tuple[int, int]

_GAP = r"[ .\-/()_,]{0,3}"
_NO_DATE = (
    r"(?!\d{1,2}[ ./-]\d{1,2}[ ./-](?:19|20)\d\d\b)(?!(?:19|20)\d\d[ ./-]\d{1,2}[ ./-]\d{1,2}\b)"
    r"(?!\d{1,2}[.:]\d\d ?- ?\d{1,2}[.:]\d\d)"
)
_NO_PRICE = (
    r"(?!\w)(?!\s*(?:euros?|eur|€|dollars?|usd|\$|pounds?|gbp|£|won|krw|yen|jpy|idr|rupiah|vnd|dong|huf|forints?|lira|"
    r"kr|sek|nok|dkk|rub|inr|rupees?|people|visitors)\b)"
)
_FILL = r"(?:[\s:#=№.,()\"'*\-]|\b(?:is|was|the|my|our|your|ist|war|est|es|é|è|er|är|to|on|at|me|us|with|under|über|unter|mit|au|le|la|el|il|o|hier|here|directly|anytime|please|number|numbers|no|nr|num|n|id|code|ref|reference|confirmation|card|lautet|numéro|número|numero|nummer|numer|numara|номер|رقم|号码|是|为|του|είναι|это|number:)\b){0,14}?"  # fmt: skip
_PHONE_CUE = (
    r"(?:\b(?:phone|telephone|tel|tlf|mobile|cell(?:phone)?|whats ?app|telegram|viber|fax|landline|contact|"
    r"(?:call|ring|text|phone|reach|contact|sms|dial) (?:me|us|him|her|them)|call|dial|handy|telefon\w*|telefoon\w*|"
    r"rufnummer|mobil\w*|téléphone|telephone|portable|appele[zr](?:-moi)?|teléfono|telefono|móvil|movil|celular|"
    r"llám[ae]\w*|telefone|telem[óo]vel|ligue|cellulare|chiam\w+|bel|gsm|ring|komórk\w*|zadzwoń|тел(?:ефон\w*)?|"
    r"позвон\w*|τηλ(?:έφων\w*)?|κινητ\w+|puhelin\w*|ara(?:yın)?|cep)\b|هاتف\w*|جوال\w*|电话|電話|手机|手機|טלפון|נייד)"
)
_BOOKING_CUE = (
    r"(?:\b(?:bookings?|reservations?|confirmation|reference|ref|folio|itinerary|invoice|voucher|pin|passport|loyalty|"
    r"member(?:ship)?|expedia|pnr|order|locator|buchung\w*|reservierung\w*|bestätigung\w*|réservation|dossier|"
    r"réf(?:érence)?|reserva(?:ción)?|localizador|confirmación|referencia|confirmação|referência|prenotazione|conferma|"
    r"riferimento|boeking\w*|reservering\w*|bevestiging\w*|bokning\w*|bestilling\w*|rezerwacj\w*|бронировани\w+|брони?|"
    r"rezervasyon\w*|rezervar\w+|κράτηση\w*|varaus\w*)\b|حجز\w*|预订|預訂|订单|訂單|הזמנה)"
)
_PASSPORT_CUE = (
    r"(?:\b(?:passports?|passeport|pasaporte|passaporte|passaporto|reisepass\w*|pass(?:nummer|nr)|paspoort\w*|pasaport\w*|"
    r"paszport\w*|паспорт\w*|pașaport\w*|pas+nummer|διαβατ[ήη]ρι\w+|national id|identity card|id (?:card|number)|dni|nie|"
    r"nif|personalausweis\w*|ausweis\w*)\b|护照\w*|護照\w*|جواز(?: السفر| سفري?)?|דרכון)"
)
_CODE = r"[A-Z0-9](?:[\-./]?[A-Z0-9]){3,19}"
_GROUPED = r"(?:[A-Z]{1,3}[ \-]?)?\d(?:[ .\-/]{0,2}\d){5,15}[A-Z]?"

_IBAN = re.compile(
    r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b|(?i:\biban\W{1,3}(?:is\s+)?)(?P<number>"
    r"(?i:[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{2,4}){3,7}(?:[ -]?\d{1,3}\b)?))\b"
)
_CARD = re.compile(r"(?<![\w+])\d(?:[ .\-/_]{0,3}\d){12,18}(?!\w)")
_PART_CARD = re.compile(
    r"(?<![*x•·#×])(?P<number>[*x•·#×]{2,20}(?:[ \-]{1,3}[*x•·#×]{1,20}){0,6}[ \-]{0,3}\d{3,4})\b"
    r"|\b(?:card|visa|master ?card|amex|maestro|karte|kreditkarte|carte|tarjeta|cartão|carta|kaart)\b[^\d\n]{0,30}?"
    r"\b(?:end(?:s|ing|ed)?|last|final|finishing|endet|terminant|terminada|termina)\b[^\d\n]{0,25}?(?P<tail>\d{4})\b"
    r"|\b(?:cvv2?|cvc2?|security code)[^\d\n]{0,8}(?P<check>\d{3,4})\b",
    re.IGNORECASE,
)
_SPELLED_NUMBER = (
    r"zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|double|triple|null|eins|zwei|zwo|drei|vier|fünf|sechs|"
    r"sieben|acht|neun|zéro|un|deux|trois|quatre|cinq|sept|huit|neuf|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|"
    r"nueve|um|dois|três|quatro|sete|oito|nove|due|tre|quattro|cinque|sei|sette|otto|nul|een|twee|drie|vijf|zes|zeven|negen"
)
_DIGIT_WORD = rf"(?:{_SPELLED_NUMBER}|\d{{1,4}}|o)"
_SPELLED = re.compile(
    rf"(?:\bplus[\s,.\-]+)?\b(?:{_SPELLED_NUMBER})\b(?:[\s,.\-]+{_DIGIT_WORD}\b){{5,18}}", re.IGNORECASE
)
_IN_WORDS = re.compile(rf"\b(?:{_SPELLED_NUMBER})\b", re.IGNORECASE)
_MIN_WORDS = 5
_PHONE = re.compile(
    rf"(?<![\w+])(?:\+|\(\+|\bplus ?){_GAP}\d(?:{_GAP}\d){{6,14}}(?!\w)"  # international
    rf"|(?<!\w)\(0?\d{{1,4}}\)(?:{_GAP}\d){{6,10}}(?!\w)"  # area code in brackets
    rf"|(?<![\w.,/-])(?<!\d ){_NO_DATE}0\d(?:{_GAP}\d){{7,14}}(?!\w)"  # a leading zero, nine digits or more
    r"|(?<![\w.,/-])(?:1[ .-])?\(?\d{3}\)?[-. ]{1,2}\d{3}[-. ]\d{4}(?!\w)"  # North America
    rf"|(?<![\w.,/-])(?<!\d )[5-9]\d\d([ .-])\d{{3}}\1\d{{3}}{_NO_PRICE}"  # nine digits by threes
    rf"|(?<![\w.,/-])(?<!\d )[5-9]\d\d([ .-])\d\d\2\d\d\2\d\d{_NO_PRICE}",
    re.IGNORECASE,
)
_CUED_PHONE = re.compile(
    rf"{_PHONE_CUE}{_FILL}(?P<number>{_NO_DATE}[+(]{{0,2}}\d(?:{_GAP}\d){{5,14}})(?!\w){_NO_PRICE}", re.IGNORECASE
)
_CUED_BOOKING = re.compile(
    rf"{_BOOKING_CUE}(?P<fill>{_FILL})(?P<number>{_NO_DATE}(?:(?=[A-Z\-./]*\d){_CODE}|{_GROUPED}|(?-i:[A-Z]{{5,8}})))(?!\w){_NO_PRICE}",
    re.IGNORECASE,
)
_CUED_PASSPORT = re.compile(
    rf"{_PASSPORT_CUE}{_FILL}(?P<number>{_GROUPED}|(?=[A-Z]*\d[A-Z]*\d)[A-Z0-9]{{6,12}}|"
    r"(?-i:[A-Z]{1,3}[ \-]?\d[A-Z0-9 \-]{4,10}[A-Z0-9]))(?!\w)",
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(r"number|\bno\b|\bnr\b|\bid\b|code|ref|#|:|num|номер|رقم|号", re.IGNORECASE)
_PLAIN_BOOKING = re.compile(r"(?<![\w.,])\d{4}[. ]\d{3}[. ]\d{3}(?![\w.,]\d)(?!\w)" + _NO_PRICE, re.IGNORECASE)
_LONG_NUMBER = re.compile(rf"(?<![\w+.,])\d{{9,}}(?!\w){_NO_PRICE}", re.IGNORECASE)
# A code that mixes letters and figures as no room or flight does: twelve signs, four figures or more.
_LONG_CODE = re.compile(r"(?<![\w-])(?=[A-Z0-9-]*[A-Z])(?=(?:[A-Z-]*\d){4})[A-Z0-9-]{10,24}(?![\w-])")

_LEAST_DIGITS = 2
_SHORT = 4
_CARD_WORDS = (
    "card|visa|master ?card|amex|maestro|karte|kreditkarte|carte|tarjeta|cartão|carta|kaart|cvv|cvc|security code"
)
# For Polars: every text that holds numbers of these kinds passes: by cue, by form, spelled out.
GATES = (
    rf"(?i)(?:{_BOOKING_CUE}|{_PASSPORT_CUE}|\b(?:{_CARD_WORDS}))[^\n]{{0,60}}?(?:\d[^\n]{{0,4}}?\d|(?-i:[A-Z]{{5,8}}))|[*x•·#×]{{2,}}[ \-*x•·#×]*\d{{3}}|\biban\b",
    r"\d(?:[^\d\n]{0,4}\d){5}",
    rf"(?i)\b(?:{_SPELLED_NUMBER})[\s,.\-]+{_DIGIT_WORD}[\s,.\-]+{_DIGIT_WORD}[\s,.\-]+{_DIGIT_WORD}[\s,.\-]",
)
_ALL = (True,) * len(GATES)


def find_numbers(text: str, passed: Sequence[bool] = _ALL) -> tuple[list[Span], list[Span]]:
    """Spans of phones, and of card, booking, account and passport numbers; none overlaps another."""
    phones: list[Span] = []
    numbers: list[Span] = []
    taken = text
    for gate, kind, patterns in _ORDER:
        for pattern in patterns if passed[gate] else ():
            for match in pattern.finditer(taken):
                span = _span_of(pattern, match)
                if span is not None:
                    kind_spans = phones if kind == "phone" else numbers
                    kind_spans.append(span)
                    taken = f"{taken[: span[0]]}{chr(0) * (span[1] - span[0])}{taken[span[1] :]}"
    return sorted(phones), sorted(numbers)


_ORDER = (  # number of the gate, kind, patterns
    (0, "number", (_PART_CARD, _CUED_PASSPORT, _CUED_BOOKING)),  # a cued number first: it may look like a phone
    (1, "number", (_IBAN, _PLAIN_BOOKING)),
    (1, "phone", (_PHONE, _CUED_PHONE)),
    (2, "phone", (_SPELLED,)),
    (1, "number", (_CARD, _LONG_NUMBER, _LONG_CODE)),
)


def _span_of(pattern: re.Pattern[str], match: re.Match[str]) -> Span | None:
    if "\0" in match.group():
        return None
    if pattern is _SPELLED:
        return match.span() if len(_IN_WORDS.findall(match.group())) >= _MIN_WORDS else None
    if pattern is _CUED_BOOKING:
        return match.span("number") if _is_code(match["number"], match["fill"], match.group()) else None
    if pattern is _CUED_PASSPORT:
        return match.span("number") if _digits(match["number"]) > _LEAST_DIGITS else None
    for name in ("number", "tail", "check"):
        if name in pattern.groupindex and match[name] is not None:
            return match.span(name)
    return match.span()


def _is_code(word: str, fill: str, whole: str) -> bool:
    """Whether what follows a word for a booking is its number, and no year, price, room or word."""
    digits, named = _digits(word), _NUMBER_WORD.search(fill) is not None
    if digits == 0:
        return named and word.isupper() and 5 <= len(word) <= 8 and not whole.isupper()
    if len(word) <= _SHORT:
        return digits == _SHORT and (whole.lower().startswith("pin") or named) and not word.startswith(("19", "20"))
    return digits > _LEAST_DIGITS or (digits == _LEAST_DIGITS and word.upper() == word) or (named and word.isupper())


def _digits(word: str) -> int:
    return sum(sign.isdigit() for sign in word)
