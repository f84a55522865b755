# ruff: noqa: E501  (alternatives of one language stay on one line)
"""Names after a phrase by which people say who they are, in any case of letters and in the languages of the reviews.

The languages are those of the commonest nationalities among the public reviews' writers, and of the group's home. After
such a phrase a word needs no capital to be a name, and may be a month or another word; it is none where it goes on with
the sentence ("my name was wrong").
"""

import re
from collections.abc import Iterable, Sequence

from assets.privacy.everyday_words import EVERYDAY, PROPER
from assets.privacy.given_names import GIVEN, WORDS_TOO

Span = tuple[int, int]

_PHRASES = (
    r"(?:my|his|her|their) (?:first |last |full |sur|family |given )?names? ?(?:['’]s|is|are)|names?['’]s|my friends call me|"
    r"(?:i am|i['’]m|im) (?:called|named)|(?:people|they|everyone|everybody|you (?:can|may)) calls? me|(?:under|in|on) the names? (?:of )?|"
    r"(?:signed|written|posted|reviewed|submitted) by|(?:guest|guest name|lead guest|full name|first name|last name|surname)\s?:|"
    r"ich hei(?:ß|ss)e|(?:mein|der) (?:voller )?name (?:ist|lautet)|mein vorname ist|man nennt mich|auf den namen|unter dem namen|"
    r"je m['’ ]?appell?e|mon (?:nom|prénom|prenom) (?:est|c['’]est)|je me nomme|au nom de|"
    r"me llamo|mi nombre (?:completo )?es|mi apellido es|a nombre de|"
    r"(?:eu )?me chamo|chamo[- ]me|(?:o )?meu nome (?:completo )?(?:é|e)|em nome d[eao]|"
    r"mi chiamo|(?:il )?mio nome (?:è|e['’]?)|a nome (?:di )?|"
    r"ik heet|(?:mijn|m['’]n) (?:voor|achter)?naam is|op naam van|onder de naam|"
    r"jag heter|mitt namn är|jeg (?:heter|hedder)|(?:mitt|mit) navn er|(?:minun )?nimeni on|olen nimeltäni|"
    r"nazywam się|nazywam sie|mam na imię|mam na imie|moje imię to|na nazwisko|jmenuji se|jmenuju se|volám sa|a nevem|"
    r"меня зовут|мо[её] имя|на имя|мене звати|(?:benim )?(?:tam )?ad[ıi]m|(?:benim )?ismim|ad soyad\s?:|"
    r"m[ăa] numesc|(?:numele|prenumele) meu (?:este|e)|m[ăa] cheam[ăa]|pe numele|με λένε|με λενε|ονομάζομαι|το όνομά μου είναι|"
    r"zovem se|nama saya|tên tôi là|tôi tên là"
)
_CUE = rf"\b(?:{_PHRASES})"
_AFTER = r"[\s,:.\-–]*(?:(?:mr|mrs|ms|miss|dr|herr|frau|m|mme|sr|sra|señor|señora|is|hier|de|van|di)\b\.?\s+)?"
_LATIN = re.compile(_CUE + _AFTER, re.IGNORECASE)
_TITLE = re.compile(
    r"\b(?:mr|mrs|ms|mister|herr|frau|monsieur|mme|madame|señora?|senhora?|signora?|meneer|mevrouw|pan(?:i)? |bay|bayan|г-н|г-жа|κύριος|κυρία)\b\.?\s+",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:\b(?:regards|sincerely|cheers|thanks|thank you|thx|best wishes|all the best|yours(?: truly| faithfully)?|love(?: from)?|"
    r"gr(?:ü|ue)(?:ß|ss)en?|gru(?:ß|ss)|lg|mfg|cordialement|amicalement|salutations|merci|saludos|atentamente|gracias|un abrazo|"
    r"cumprimentos|atenciosamente|obrigad[oa]|saluti|grazie|groet(?:en|jes)?|bedankt|hälsningar|mvh|hilsen|vennlig hilsen|"
    r"pozdrawiam|уважением|спасибо|saygılarımla|teşekkürler|stimă|multumesc|χαιρετισμούς|ευχαριστώ)|تحياتي|شكرا)[\s,.!:\-–~]+(?:from\s+|de\s+|van\s+)?"
    r"(?P<name>[^\W\d_][\w'’-]+(?:\s+[^\W\d_][\w.'’-]*){0,2})[\s.!)]*(?=$|\n)",
    re.IGNORECASE,
)
# Scripts without capitals or without spaces: as many signs as a name has.
_OTHER = re.compile(
    r"(?:我叫做?|我的名字(?:是|叫)|我名叫|姓名[:： ]|名字叫|我係|叫我)\s*(?P<han>[㐀-鿿]{2,4}?(?=[\s,，。.!！、]|$|我|和|在|的|住|是|，)|[㐀-鿿]{2,3}|[A-Za-z][A-Za-z'’-]+(?: [A-Z][A-Za-z'’-]+)?)"
    r"|(?:私の名前は|名前は|わたしは)\s*(?P<kana>[^\s、。,.]{1,8}?)(?=です|と申します|といいます|[\s、。]|$)"
    r"|(?:제 이름은|내 이름은|저는)\s*(?P<hangul>[가-힣]{2,4}?)(?=입니다|이에요|예요|이고|[\s,.]|$)"
    r"|(?:(?:و)?(?:اسمي|إسمي|أسمي|يدعونني|أدعى|باسم)(?: هو| هي)?|שמי|קוראים לי|השם שלי(?: הוא)?)[\s:]+(?P<semitic>[\u0590-\u06ffA-Za-z'’-]{2,}(?: (?!من|و|في|הייתי|ו|אני|עם)[\u0590-\u06ffA-Za-z'’-]{2,})?)"
    r"|(?:मेरा नाम|ชื่อของฉันคือ|ผมชื่อ|ดิฉันชื่อ|ฉันชื่อ)\s*(?P<indic>[\u0900-\u097f\u0e00-\u0e7fA-Za-z]{2,15})"
)
# A role or a service before a first name in lower case, or one that is a word as well.
_SERVICE = re.compile(
    r"\b(?:receptionist|concierge|manager|waiter|waitress|barman|bartender|porter|housekeeper|chef|host|hostess|"
    r"(?:thanks?(?: you)?(?: so much| very much| a lot)?(?: again)?|kudos|shout ?out|credit|grateful|well done|spoke|talked|"
    r"praise|mention)(?: go(?:es)?)? (?:to|with|for)|ask for|served by|greeted by|helped by|met by|welcomed by|checked in by|"
    r"(?:lady|gentleman|guy|girl|man|woman|colleague|member of staff|someone|somebody) (?:called|named)|a (?:mr|ms)|"
    r"danke an|merci à|gracias a|grazie a|obrigad[oa] (?:ao?|à)|dank aan)\s+(?:the\s+)?(?:lovely |wonderful |amazing )?"
    r"(?=(?P<name>[^\W\d_][^\W\d_'’-]+))",
    re.IGNORECASE,
)
_SERVING = re.compile(
    r"(?P<name>[^\W\d_][^\W\d_'’-]+(?: [^\W\d_][^\W\d_'’-]+)?)\s+(?:(?:at|on|from|in|behind) (?:the |your )?(?:hotel |night |main )?(?:reception|front desk|"
    r"concierge|bar|restaurant|breakfast|desk|check[ -]?in|lobby)\b|,? ?the (?:\w+ )?(?:receptionist|concierge|manager|waiter|"
    r"waitress|barman|bartender|porter|housekeeper|chef)\b|(?:was|is) (?:(?:so|very|really|extremely|super|always|such a|a) )*"
    r"(?:helpful|kind|friendly|polite|welcoming|charming|attentive|professional|courteous|gem)\b)",
    re.IGNORECASE,
)
_TIME_BEFORE = re.compile(
    r"\b(?:in|of|since|until|till|last|next|during|mid|early|late|this|every|from|by|for|the)\s+$", re.IGNORECASE
)
_IN_CAPITALS = sorted(word for name in WORDS_TOO for word in (name.title(), name.upper()))
_KNOWN = f"(?:{'|'.join(sorted(GIVEN - WORDS_TOO))}|(?-i:{'|'.join(_IN_CAPITALS)}))"
# For Polars, one for each kind of phrase: every text in which it may tell a name.
GATES = (
    rf"(?i){_CUE}",
    rf"(?i){_TITLE.pattern}",
    "(?i)" + _CLOSING.pattern.replace("(?=$|\\n)", "(?:$|\\n)").replace("(?P<name>", "(?:"),
    "我|姓名|名字|名前|わたし|이름은|저는|اسمي|إسمي|أسمي|يدعونني|أدعى|باسم|שמי|קוראים לי|השם שלי|मेरा नाम|ชื่อ|叫",
    r"(?i)(?:\b(?:to|with|for|by|called|named|an|a|ao|aan|mr|ms|the)|à|receptionist|concierge|manager|waiter|waitress|barman|"
    r"bartender|porter|housekeeper|chef|hoste?s?s?)\s+(?:the\s+)?(?:lovely |wonderful |amazing )?(?:" + _KNOWN + r")\b",
    rf"(?i)\b(?:{_KNOWN})(?: [^\W\d_][\w'’-]+)?,?\s+(?:at|on|from|in|behind|the|was|is)\b",
)
_ALL = (True,) * len(GATES)
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*\.?")
_PARTICLE_LIST = "van von de da do dos di del della la le al el bin ibn ben der den ter af av zu"
_PARTICLES = frozenset(_PARTICLE_LIST.split())
_GO_ON = """
a about added said says told took tried wanted went asked came gave made told would again all almost already also always an and any appeared are as at available badly because been but by
called can changed common completely confirmed correct correctly could different difficult even ever for forgotten
from given gone had hard has have he her here his i if in incorrect incorrectly is it just know known like long lost
mentioned missing misspelled misspelt mispronounced my never no not nothing now of on one only or our out printed
pronounced put quite rather really recorded registered remembered right same shown since so something spelled spelt
still that the their them there they this to today too unknown unusual up used very was we well were what when where
which who will with without written wrong wrongly yet you your hotel booking reservation room company wife husband
partner friend son daughter mother father colleague person staff manager reception guest
und ist war aber ich mit für der die das dem den ein eine wir nicht auch im in falsch et est mais je nous avec pour
dans le la les un une il elle pas de du y es pero yo con para en el los una nos no que por e é mas eu com em os as
nós o uma não sono ed ma io per il lo gli ho abbiamo non en maar ik met voor het een wij we niet och men jag vi med
för og jeg ja ale z w na i się nie mi oraz и а но я мы с в на не для ve ama ben bir için biz și si dar eu cu pentru
și am και αλλά εμείς στο
"""
_GOES_ON = frozenset(_GO_ON.split())
_MONTHS = frozenset({"april", "may", "june", "august"})
_MAX_WORDS = 4


def find_told_names(text: str, *, staff_names: bool, passed: Sequence[bool] = _ALL) -> list[Span]:
    """Start and stop of each name that a phrase tells, in any case of letters.

    Args:
        text: any text.
        staff_names: also look for employees beside a role or a service.
        passed: which of ``GATES`` the text passes, where that is known.
    """
    finders = (_told, _after_titles, _at_the_end, _in_other_scripts, _served, _serving)
    wanted = zip(finders, passed, strict=True) if staff_names else zip(finders[:4], passed[:4], strict=True)
    return [span for find, is_wanted in wanted if is_wanted for span in find(text) if span is not None]


def _told(text: str) -> Iterable[Span | None]:
    return (_name_at(text, match.end()) for match in _LATIN.finditer(text))


def _after_titles(text: str) -> Iterable[Span | None]:
    return (_titled(text, match.end()) for match in _TITLE.finditer(text))


def _at_the_end(text: str) -> Iterable[Span | None]:
    for match in _CLOSING.finditer(text):
        words = match["name"].split()
        small = all(_may_close(word) for word in words) and not all(word[0].isupper() for word in words)
        if small or (len(words) <= 2 and words[0].lower() in WORDS_TOO - PROPER | _MONTHS):
            yield match.span("name")


def _in_other_scripts(text: str) -> Iterable[Span | None]:
    for match in _OTHER.finditer(text):
        yield next(match.span(name) for name, value in match.groupdict().items() if value)


def _served(text: str) -> Iterable[Span | None]:
    return (_name_at(text, match.start("name")) for match in _SERVICE.finditer(text) if _serves(match["name"]))


def _serving(text: str) -> Iterable[Span | None]:
    for match in _SERVING.finditer(text):
        first, _, second = match["name"].partition(" ")
        start = match.start("name")
        if second and not (_serves(first) and _may_close(second)):
            first, start = second, match.end("name") - len(second)
        if _serves(first) and not _TIME_BEFORE.search(text[max(0, start - 12) : start]):
            yield start, match.end("name")


def _is_capitalised_name(word: str) -> bool:
    return word.istitle() and word.lower().rstrip(".") in WORDS_TOO


def _serves(word: str) -> bool:
    """Whether a word beside a role is a first name: one in lower case that is no word, or a capitalised one that is."""
    lower = word.lower()
    if lower in WORDS_TOO:
        return word[0].isupper()
    return lower in GIVEN and (word.islower() or word.isupper())


def _may_close(word: str) -> bool:
    lower = word.lower().strip(".'’-")
    return lower in GIVEN or not (lower in EVERYDAY or lower in PROPER or lower in _GOES_ON or len(lower) < 2)


def _titled(text: str, start: int) -> Span | None:
    """After "mr" and its like: a word in lower case or capitals that is no everyday one."""
    word = _WORD.match(text, start)
    if word is None or not _may_close(word.group()) and not word.group()[0].isupper():
        return None
    if word.group().lower().strip(".") in _GOES_ON:
        return None
    return _name_at(text, start)


def _name_at(text: str, start: int) -> Span | None:
    """The name that begins at ``start``, of up to four words; None where the sentence goes on instead."""
    first = _WORD.match(text, start)
    if first is None or (_bare(first) in _GOES_ON and not _is_capitalised_name(first.group())):
        return None
    if first.group().islower() and _bare(first) in EVERYDAY and _bare(first) not in WORDS_TOO | GIVEN:
        return None
    stop, position, shouts = _stop(first), first.end(), first.group().isupper() and len(first.group()) > 2
    for _ in range(_MAX_WORDS - 1):
        gap = re.compile(r"[ \t]+").match(text, position)
        word = _WORD.match(text, gap.end()) if gap and text[position - 1] != "." else None
        if word is None or not _goes_with(word, text, shouts=shouts, is_lower=first.group().islower()):
            break
        position = word.end()
        if _bare(word) not in _PARTICLES:
            stop = _stop(word)
    return first.start(), stop


def _goes_with(word: re.Match[str], text: str, *, shouts: bool, is_lower: bool) -> bool:
    """Whether the next word belongs to the name as well."""
    bare = _bare(word)
    if bare in _PARTICLES and re.match(r"\s+[^\W\d_]{2,}", text[word.end() : word.end() + 20]):
        return bare not in {"de", "la", "le", "el", "da", "do"} or not is_lower
    if bare in _GOES_ON or len(bare) < 2 and not word.group().endswith("."):
        return False
    if not is_lower and not shouts:
        return word.group()[0].isupper() and not word.group().isupper()
    if bare in EVERYDAY or bare in PROPER:
        return bare in GIVEN
    return (
        bare in GIVEN
        or re.match(r"\s*(?:[,.;!?\n(]|$)|\s+[^\W\d_]+", text[word.end() :]) is not None
        and _ends(text, word.end())
    )


def _ends(text: str, position: int) -> bool:
    """Whether a name may end here: a sign, the end, or a word with which sentences go on."""
    after = re.compile(r"\s*([^\W\d_]+)").match(text, position)
    return after is None or after.group(1).lower() in _GOES_ON or after.group(1).lower() in EVERYDAY


def _bare(word: re.Match[str]) -> str:
    return word.group().lower().rstrip(".")


def _stop(word: re.Match[str]) -> int:
    return word.end() - (word.group().endswith(".") and len(word.group()) > 2)
