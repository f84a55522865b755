# ruff: noqa: E501  (alternatives of one language stay on one line)
"""Where e-mail addresses stand in text: as they are sent, spaced out, and spelled so that a machine should not see them."""

import re

# Words for "@" and "." that reviewers write, by language.
_AT_WORDS = r"at|arroba|arobase|chiocciola|apenstaartje|klammeraffe|snabel-?a|małpa|собака|παπάκι"
_DOT_WORDS = r"dot|punkt|punto|ponto|punt|piste|kropka|точка|nokta|punct|τελεία|prikk|tečka"
_PROVIDERS = (
    r"gmail|googlemail|g-?mail|hotmail|outlook|live|yahoo|ymail|icloud|aol|gmx|web|t-online|orange|wanadoo|free|laposte|"
    r"libero|virgilio|tiscali|sapo|uol|terra|telenet|ziggo|kpn|planet|xs4all|bluewin|protonmail|proton|mail|yandex|"
    r"rambler|wp|onet|interia|telia|btinternet|sky|ntlworld|verizon|comcast|msn|qq|163|126|naver|hanmail|mailbox|posteo"
)
_SURE_TLDS = r"com|org|net|edu|gov|info|biz|co|uk|de|fr|nl|ch|pt|br|se|dk|fi|pl|ru|ua|cz|gr|tr|ro|hu|ie|ca|au|nz|cn|hk|sg|jp|kr|il|ae|eg|qa|kw|za|mx|eu"
# Not "point": "at one point" is no address.
_LINKS = r"underscore|under score|dash|hyphen|plus|minus|tiret|guion"
_BRACKET, _CLOSE = r"[(\[{<*_\-]", r"[)\]}>*_\-]"
_AT_MARK = rf"(?:\s?{_BRACKET}\s?(?:{_AT_WORDS}|@|a)\s?{_CLOSE}\s?|\s?@\s?)"
_DOT_MARK = rf"(?:\s?{_BRACKET}\s?(?:{_DOT_WORDS}|\.)\s?{_CLOSE}\s?|\s{{1,2}}(?:{_DOT_WORDS})\s{{1,2}})"
_ANY_DOT = rf"(?:{_DOT_MARK}|\s?\.\s?)"
# Every repetition has a bound, so that no text takes long however it was made.
_PART = r"[^\W_]{1,40}"
_JOIN = rf"(?:[.+%'’_-]{{1,2}}|\s\.\s|{_DOT_MARK}|\s{{1,2}}(?:{_LINKS})\s{{1,2}}|\s?{_BRACKET}\s?(?:{_LINKS})\s?{_CLOSE}\s?)"
_LOCAL = rf"(?<![^\W_]){_PART}(?:{_JOIN}{_PART}){{0,4}}"
_DOMAIN = r"[\w-]{1,63}"
_SITES = (
    r"booking|bookings|hotels|hotel|expedia|agoda|trivago|tripadvisor|airbnb|kayak|lastminute|amazon|google|facebook"
)
# What stands before a spoken "at" that is no part of an address.
_NO_LOCAL = (
    r"(?:a|an|the|and|or|us|me|it|them|him|her|was|is|be|are|were|you|we|i|look|looked|looking|book|booked|booking|stay|"
    r"stayed|staying|found|find|see|seen|saw|here|there|only|not|back|price|prices|rate|rates|room|rooms|hotel|cheaper|"
    r"better|reviews?|reservation|made|arrived|available|directly|online|e?mail|contact|reach|write)"
)
_ADDRESS = re.compile(
    r"(?<![\w.+%'’-])[\w.+%'’-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"  # as it is sent
    rf"|{_LOCAL}{_AT_MARK}(?:{_DOMAIN}{_ANY_DOT}){{1,4}}(?:{_SURE_TLDS})\b"  # spaced out, or with signs in brackets
    rf"|{_LOCAL}\s?{_BRACKET}\s?(?:{_AT_WORDS}|@)\s?{_CLOSE}\s?{_DOMAIN}(?:{_ANY_DOT}{_DOMAIN}){{1,4}}"
    rf"|{_LOCAL}{_AT_MARK}(?:{_PROVIDERS})\b(?:[\s.]+(?:{_SURE_TLDS})\b)*"  # the ending missing or without its dot
    rf"|(?<![\w'’+.-])[\w'’+-]{{1,30}}[._\d][\w.'’+-]{{0,40}}\s+(?:{_AT_WORDS})\s+(?!(?:{_SITES})\b)[\w-]+\.(?:{_SURE_TLDS})\b"  # only "@" in words
    rf"|(?!{_NO_LOCAL}\s){_LOCAL}\s+(?:{_AT_WORDS})\s+(?!(?:{_SITES})\b){_DOMAIN}(?:{_DOT_MARK}{_DOMAIN}){{0,3}}{_DOT_MARK}"
    rf"(?:{_SURE_TLDS}|it|es|be|at|me|io|us|in|no)\b"  # all in words
    rf"|(?!{_NO_LOCAL}\s){_LOCAL}\s+(?:{_AT_WORDS})\s+(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|gmx|aol|protonmail)\b"
    rf"(?:(?:{_ANY_DOT}|\s+)(?:{_SURE_TLDS}|it|es|be|at)\b)*",
    re.IGNORECASE,
)
# For Polars: every text that holds an address passes.
GATE = rf"[@＠﹫]|(?i:[(\[{{<*_\-]\s*(?:{_AT_WORDS}|a)\s*[)\]}}>*_\-]|\s(?:{_AT_WORDS})\s+(?:[\w-]+\s*(?:[(\[{{<*_\-]\s*)?(?:{_DOT_WORDS}|\.)|gmail|googlemail|hotmail|outlook|yahoo|icloud|gmx|aol|protonmail))"
_QUICK = re.compile(GATE)


def find_emails(text: str) -> list[tuple[int, int]]:
    """Start and stop of each e-mail address, in order."""
    if not _QUICK.search(text):
        return []
    return [match.span() for match in _ADDRESS.finditer(text)]
