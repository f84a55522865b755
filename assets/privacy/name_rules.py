"""Where personal names stand in review text: cues before and after a capitalised word."""

import re

from assets.privacy.everyday_words import EVERYDAY, PROPER

_ROLE = (
    r"receptionist|concierge|manager|manageress|waiter|waitress|barman|barmaid|bartender|porter|doorman|housekeeper|"
    r"chef|cook|host|hostess|cleaner|maid|supervisor|director|butler|duty manager|night manager|night porter"
)
_PLACE = (
    r"reception|front desk|front office|concierge|bar|restaurant|breakfast|desk|check[ -]?in|guest services?|"
    r"housekeeping|lobby|spa"
)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))+")
_INITIAL = re.compile(r"[^\W\d_]\.?(?=\s)")
_LINK = re.compile(r"\s*(?:,|&|\band\b)\s*|\s+")
_TITLE = r"(?:Mr|Mrs|Ms|Miss|Mister|Dr|Prof|Mme|Madame|Monsieur|Herr|Frau|Señora?|Senhora?|Signora?|Sra?)\b\.?\s+"

# Strong cues: whatever capitalised word follows is a name, unless it is a place, a brand or a function word.
_STRONG = re.compile(
    r"\b(?:(?:(?:[Mm]y|[Hh]is|[Hh]er|[Tt]heir) )?(?:first |last |full )?[Nn]ames? ?(?:'s|is|was|are)|"
    r"(?:[Uu]nder|[Ii]n|[Bb]y|[Oo]n) (?:the|my|our) names?(?: of)?|I am called|"
    r"(?:[Ss]igned|[Ww]ritten|[Pp]osted|[Rr]eviewed)(?: by)?|[Gg]uest:|[Nn]ame:)[\s,:]+" + f"|\\b{_TITLE}"
)
# Closing formulas: anywhere when they can hardly mean anything else, at the end of the text or line otherwise.
_CLOSING = re.compile(
    r"\b(?:[Rr]egards|[Ss]incerely|[Yy]ours (?:truly|faithfully)|[Gg]reetings|[Ww]ishes|[Ll]ove)(?:,? from)?[\s,.!:-]+"
)
_LAST_WORDS = re.compile(
    r"\b(?:[Yy]ours|[Cc]heers|[Tt]hanks|[Tt]hank you)[\s,.!-]+"
    r"(?P<name>(?:[^\W\d_][\w.'’-]*\s+){0,2}[^\W\d_][\w'’-]+)[\s.!]*(?:$|\n)"
)
# Staff cues before the name; what follows must not be an everyday word.
_STAFF_BEFORE = re.compile(
    r"\b(?:(?:[Tt]hanks?(?: you)?(?: so much| very much)?(?: again)?(?:,? to)?|"
    r"[Kk]udos to|[Ss]hout[ -]?out to|[Mm]ention (?:to|of|for|goes to)|[Cc]redit to|[Gg]rateful to|[Pp]raise for|"
    r"[Ww]ell done(?: to)?|[Aa]sk for|[Ss]poke (?:to|with)|[Ss]erved by|[Gg]reeted by|[Hh]elped by|[Mm]et by|"
    r"[Ww]elcomed by|[Cc]hecked in by|[Mm]anaged by|[Cc]alled|[Nn]amed|[Ee]specially|[Ss]pecially|[Ii]n particular|"
    r"[Pp]articularly|(?:[Ll]ady|[Gg]entleman|[Gg]uy|[Gg]irl|[Mm]an|[Ww]oman|[Cc]olleague|[Ss]taff member)|"
    + "(?:" + _ROLE + r"))[\s,:]+(?:the\s+)?(?:(?:" + _ROLE + r")\s+)?)",
)  # fmt: skip
# Names followed by where the person works or what the person is.
_STAFF_AFTER = re.compile(
    r"\s+(?:(?:at|on|from|in|behind)\s+(?:the\s+|your\s+)?(?:hotel\s+|night\s+|main\s+|breakfast\s+|concierge\s+)?"
    r"(?:" + _PLACE + r")\b"
    r"|,?\s*(?-i:the)\s+(?:\w+\s+)?(?:" + _ROLE + r")\b"
    r"|(?:was|is)\s+(?:(?:so|very|really|extremely|super|most|always|absolutely|particularly|such a|a)\s+)*"
    r"(?:helpful|kind|friendly|polite|welcoming|charming|attentive|professional|courteous|star|gem)\b)",
    re.IGNORECASE,
)  # fmt: skip
_UPPER = r"\p{Lu}"
# For Polars (Rust syntax): passes every text in which a rule above meets a capital letter, and few others.
GATE = "|".join(
    (
        f"(?:{_STRONG.pattern}){_UPPER}",
        f"(?:{_CLOSING.pattern}){_UPPER}",
        f"(?:{_LAST_WORDS.pattern})",
        f"(?:{_STAFF_BEFORE.pattern}){_UPPER}",
        f"{_UPPER}[\\p{{L}}'’-]+(?i:{_STAFF_AFTER.pattern})",
    )
).replace("(?P<name>", "(?:")
_MAX_NAMES = 6
_REACH = 80  # characters before a cue in which a list of names may stand

Span = tuple[int, int]


def find_names(text: str, *, staff_names: bool = True) -> list[Span]:
    """Start and stop of each personal name in the text, ascending, without overlaps.

    Args:
        text: any text.
        staff_names: also look for employees named by a cue of service.
    """
    spans: list[Span] = []
    for match in _STRONG.finditer(text):
        spans += _names_from(text, match.end(), is_strong=True)
    for match in _CLOSING.finditer(text):
        spans += _names_from(text, match.end(), is_strong=False)
    for match in _LAST_WORDS.finditer(text):
        spans += _names_from(text, match.start("name"), is_strong=False)
    if staff_names:
        for match in _STAFF_BEFORE.finditer(text):
            spans += _names_from(text, match.end(), is_strong=False)
        for match in _STAFF_AFTER.finditer(text):
            spans += _name_before(text, match.start())
    return merged_spans(spans)


def is_name(word: str, *, is_strong: bool = False) -> bool:
    """Whether a word that stands where a name could is one.

    Args:
        word: as written.
        is_strong: after a strong cue everyday words in capitals count ("Mr Baker"), and so do all capitals.
    """
    lower = word.lower()
    if len(word) < 2 or not word[0].isupper() or lower in PROPER:
        return False
    if lower in _FUNCTION_WORDS:
        return False
    return is_strong or not (lower in EVERYDAY or word.isupper() or _DERIVED.search(lower))


_DERIVED = re.compile(r"\w{6,}ly$|\w{3,}ing$|\w{5,}tion$|\w{4,}ness$")  # adverbs and the like open many sentences
_FUNCTIONS = """
a about after all also am an and any are as at be because been but by can could did do does for from good great had
has have he her here his how if in is it its just me my no nor not of on only or our out she so some than that the
their them then there these they this those to too up us very was we were what when where which while who will with
would you your everything everyone nothing room rooms breakfast staff location hotel thank thanks lovely excellent
friendly service food bed beds bathroom view views price value overall nice amazing perfect
"""
_FUNCTION_WORDS = frozenset(_FUNCTIONS.split())


def _names_from(text: str, start: int, *, is_strong: bool) -> list[Span]:
    """Names that begin at ``start``: full names, and lists joined by comma, ampersand or "and"."""
    spans: list[Span] = []
    position = start
    while len(spans) < _MAX_NAMES and (word := _WORD.match(text, position)):
        if not is_name(word.group(), is_strong=is_strong):
            break
        joins = bool(spans) and text[spans[-1][1] : word.start()].isspace()
        if bool(spans) and not joins and not is_name(word.group()):
            break
        if joins:
            spans[-1] = (spans[-1][0], word.end())
        else:
            spans.append(word.span())
        link = _LINK.match(text, word.end())
        if link is None:
            break
        position = link.end()
        initial = _INITIAL.match(text, position)
        if initial and initial.group()[0].isupper() and initial.group()[0] != "I" and link.group().isspace():
            spans[-1] = (spans[-1][0], initial.end())
            position = initial.end() + 1
    return spans


def _name_before(text: str, stop: int) -> list[Span]:
    """Names that end at ``stop``: full names, and lists joined by comma, ampersand or "and"."""
    offset = max(0, stop - _REACH)
    words = list(_WORD.finditer(text, offset, stop))
    spans: list[Span] = []
    position = stop
    while words and len(spans) < _MAX_NAMES:
        word = words.pop()
        if word.group() == "and" and spans:
            word = words.pop() if words else word
        gap = text[word.end() : position]
        is_linked = gap == "" if not spans else _LINK.fullmatch(gap) is not None
        if not is_linked or not is_name(word.group()):
            break
        if spans and gap.isspace():
            spans[-1] = (word.start(), spans[-1][1])
        else:
            spans.append(word.span())
        position = word.start()
    return spans


def merged_spans(spans: list[Span]) -> list[Span]:
    """Spans ascending, those that overlap as one."""
    merged: list[Span] = []
    for start, stop in sorted(set(spans)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged
