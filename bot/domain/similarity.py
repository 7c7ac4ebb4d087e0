"""Which enquiries are about the same thing. Pure.

Two enquiries belong together when the words that are left of them, once everything is taken away that most enquiries
say, are the same to a large part. How large depends on who asks: the same journalist on another matter is common, and
so are two outlets on one story.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz, process

from bot.domain.case import Case, LinkKind
from bot.text import stem, words

_SIMILAR = 87  # of 100: two spellings of one word or name
_SHORTEST_TYPO = 5  # characters; in a shorter word another letter makes another word
_Who = Literal["journalist", "outlet", "others"]
_ENOUGH: Mapping[_Who, tuple[float, float]] = {"journalist": (0.15, 0.35), "outlet": (0.15, 0.6), "others": (0.25, 0.6)}
"""What both must have in common, by what is common to who asks: the share of the weight of the shorter one's words, and
that weight itself, in rare words. A journalist comes back to their own matter more often than not."""
_USUAL_WEIGHT = 0.4
"""Of a word that stands in many stories, where a rare word has 1."""

_DOMAIN = re.compile(r"^(?:www\.)?(?:the(?=[a-z]{5,}\.))?([a-z0-9-]+)\.(?:com|co|org|net|tv|news|ac)?(?:\.?[a-z]{2})?$")
_ABBREVIATIONS = {
    "ft": "financial times",
    "thes": "times higher education",
    "times higher": "times higher education",
    "nyt": "new york times",
    "beeb": "bbc",
    "c4": "channel 4",
    "channel4": "channel 4",
}
_BRANDS = frozenset({"bbc", "sky", "itv", "channel 4", "channel 5", "cnn", "gb news", "al jazeera", "itn"})
"""Houses with many rooms: whoever is named after one belongs to it."""
_KINDS_OF_PRESS = frozenset({"news", "newspaper", "magazine", "online", "website", "tv", "com"})


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What is known of one enquiry; everything but `text` may be empty. `text` is all that was said of the matter."""

    id: int
    outlet: str
    journalist: str
    contact: str
    text: str


def enquiry(case: Case) -> Enquiry:
    """A case, as far as it tells what it is about."""
    known = case.details
    said = (*(asker.text for asker in case.askers), known.about, known.questions)
    return Enquiry(case.id, known.outlet, known.journalist, known.contact, "\n".join(filter(None, said)))


def related(new: Enquiry, others: Sequence[Enquiry], known: Mapping[int, Collection[int]]) -> dict[int, LinkKind]:
    """Those of the others that belong with the new one, by id: the same enquiry again, or others on the same story.

    `known` are the links among the others: what belongs to a story belongs to all that is known of it.
    """
    found = _alike_in_matter(new, others)
    story = {*found, *(partner for each in found for partner in known.get(each, ()))}
    return {each.id: _kind(new, each) for each in others if each.id in story}


def _kind(one: Enquiry, other: Enquiry) -> LinkKind:
    return LinkKind.STORY if _in_common(one, other) == "others" else LinkKind.SAME


def _alike_in_matter(new: Enquiry, others: Sequence[Enquiry]) -> list[int]:
    matters = {each.id: _matter(each) for each in others}
    matter = _matter(new)
    seen = Counter(word for words_ in (*matters.values(), matter) for word in words_)
    weights = {word: _weight(word, times) for word, times in seen.items()}
    found: list[int] = []
    for other in others:
        share, weight = _overlap(matter, matters[other.id], weights)
        if weight and _is_enough(_in_common(new, other), share, weight):
            found.append(other.id)
    return found


def _is_enough(who: _Who, share: float, weight: float) -> bool:
    least_share, least_weight = _ENOUGH[who]
    return weight >= least_weight and share >= least_share


# ---- who asks -------------------------------------------------------------------------------------------------------


def same_outlet(one: str, other: str) -> bool:
    """Whether two names, as people write them, mean one house: The Guardian and guardian.com, BBC and BBC Radio 5."""
    first, second = _outlet(one), _outlet(other)
    if not first or not second:
        return False
    if first == second or (min(len(first), len(second)) > _SHORTEST_TYPO and fuzz.ratio(first, second) >= _SIMILAR):
        return True
    return any(first.startswith(brand) and second.startswith(brand) for brand in _BRANDS)


def same_journalist(one: str, other: str) -> bool:
    """Whether two names may be one person's: an initial stands for a name, and a letter may be wrong."""
    first, second = _name(one), _name(other)
    if not first or not second or not _alike(first[-1], second[-1]):
        return False
    if len(first) == 1 or len(second) == 1:
        return True
    return _alike(first[0], second[0]) or (
        min(len(first[0]), len(second[0])) == 1 and first[0].startswith(second[0][0]) and first[0][0] == second[0][0]
    )


def _same_contact(one: str, other: str) -> bool:
    digits = [re.sub(r"\D", "", contact)[-9:] for contact in (one, other)]
    if len(digits[0]) == len(digits[1]) == 9:
        return digits[0] == digits[1]
    return "@" in one and one.strip().casefold() == other.strip().casefold()


def _in_common(one: Enquiry, other: Enquiry) -> _Who:
    if same_journalist(one.journalist, other.journalist) or _same_contact(one.contact, other.contact):
        return "journalist"
    if same_outlet(one.outlet, other.outlet):
        return "outlet"
    return "others"


@lru_cache(maxsize=1024)
def _name(written: str) -> tuple[str, ...]:
    return tuple(words(written))


@lru_cache(maxsize=1024)
def _outlet(name: str) -> str:
    written = name.strip()
    if written == "THE":
        return "times higher education"
    lowered = written.casefold()
    if domain := _DOMAIN.match(lowered):
        lowered = domain[1].replace("-", " ")
    kept = [word for word in words(lowered) if word != "the"]
    bare = [word for word in kept if word not in _KINDS_OF_PRESS] or kept
    plain = " ".join(bare)
    return _ABBREVIATIONS.get(plain, plain)


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    return min(len(one), len(other)) >= _SHORTEST_TYPO - 1 and fuzz.ratio(one, other) >= _SIMILAR


# ---- what about -----------------------------------------------------------------------------------------------------


def _matter(each: Enquiry) -> frozenset[str]:
    names = frozenset(words(each.outlet)) | frozenset(words(each.journalist))
    return _rare(each.text) - frozenset(stem(word) for word in names)


@lru_cache(maxsize=4096)
def _rare(text: str) -> frozenset[str]:
    """The stems of the words that not every enquiry has."""
    return frozenset(stem(word) for word in words(text) if len(word) > 2) - _COMMON


def _overlap(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> tuple[float, float]:
    """The share of the lighter one's weight that both have, and that weight."""
    shared = sum(weights[word] for word in _shared(one, other))
    if not shared:
        return 0.0, 0.0
    return shared / min(sum(weights[word] for word in each) for each in (one, other)), shared


def _shared(one: frozenset[str], other: frozenset[str]) -> Iterable[str]:
    exact = one & other
    yield from exact
    left = [word for word in other - exact if len(word) >= _SHORTEST_TYPO]
    for word in one - exact:
        if len(word) >= _SHORTEST_TYPO and process.extractOne(word, left, scorer=fuzz.ratio, score_cutoff=_SIMILAR):
            yield word


def _weight(word: str, times: int) -> float:
    # Gently: in a large story all have the words that make it one.
    return float((_USUAL_WEIGHT if word in _USUAL else 1) * times**-0.1)


def _stems(words_: str) -> frozenset[str]:
    return frozenset(map(stem, words_.split()))


_COMMON = _stems("""
    a about above abroad across after afternoon again against ago ahead all almost along already also although
    always am among an and another any anybody anyone anything are around as ask asked asking asks at away back
    be became because been before began begin behind being below between both bring but by call called calling
    calls came can cannot come comes coming could day days did do does done down during each early either else
    end enough evening ever every everybody everyone everything far few find first five for four from get gets
    getting give given gives go goes going gone good got had half happen happened happens has have having he
    hear heard her here him his hour hours how i if in into is it its just keep kept kind know known knows last
    late later least left less let like likes little long look looking looks made make makes making many may
    maybe me mean means might mine minute minutes more morning most much must my myself need needs never new
    next night no nobody none noon not nothing now number numbers of off often old on once one only or other
    others our out over own part people perhaps person phone phoned please put quite rang rather really right
    ring said same saw say saying says see seem seems seen send sent several shall she should show since so some
    somebody someone something soon still such sure take taken takes taking talk talked talking talks tell ten
    than that the their them then there these they thing things think third this those three through till time
    times to today together told tomorrow tonight too took top toward two under until up upon us use used very
    via wait waiting wants want wanted was way we week weeks well went were what when where whether which while
    who whole whom whose why will wish with within without word words work works would write writes writing
    written wrote year years yes yesterday yet you your monday tuesday wednesday thursday friday saturday sunday
    january february march april june july august september october november december

    answer answers article broadcast camera cameras channel column columnist comment comments commentate contact
    contacted copy correspondent crew cover covering coverage daily deadline detail details documentary edition
    editor embargo enquiry enquiries expert experts explain fact facts feature featuring film filmed filming
    follow freelance freelancer guest headline hear herald host image images information inquiry interview
    interviewed interviews issue journal journalist journalists line list live mail e-mail email e-mailed
    emailed media message messaged microphone mobile news newspaper online opinion page paper papers panel
    phoning photo photograph photographer photos picture pictures piece podcast point pointed position press
    producer producing profile programme publish published question questions quote quoted quotes radio reach
    react reaction read record recorded recording report reported reporter reporters reporting reports request
    researcher response scan segment series shot slot speak speaker speaking spokesman spokesperson spokeswoman
    statement statements station stories story studio talk team television text tip topic tv video view views
    visit voicemail watch website writer

    academic building campus colleague college course department dr faculty head lecturer lecturers office
    officer parents prof professor professors reception research school scientist scientists site staff student
    students study town uni universities university
""")
"""What people say of any enquiry: the language's own words, those of the press, those of a university."""

_USUAL = _stems("""
    accommodation age air animal animals apprentice apprentices art bank bar beach bike bin bins board body book
    books bus business car cars case cases centre charge charges children city class classes close closed closes
    closing closure club coach coast coffee computer concert conference contract contracts cost costs council
    country court crime cut cuts data date degree degrees director dispute doctor drink drinks east economist
    education election event exam examination exams experiment experiments family farm fee fees field finance
    food football free fund funding garden gate government graduate graduates grant ground group gym hall halls
    health history hospital hotel house housing hurt internet job jobs land landlord language languages law
    leave leaves letter letters library life local london loss lost lot main man manager map match member
    members men minister money move moved moves museum name names national neighbour north nurse nurses open
    opening opens park parking paid party patient patients pay pays petition place places plan plans police
    policy politics pool president price prices protest protests public pupils race rail rain rent residence
    residents result results rise risk river road room rooms rule rules safe safety salary sale science sell
    sells service services sex shop shops sick side snow social society sold south space sport sports start
    storm street strike strikes summer support system tax test tests theatre ticket tickets trade traffic train
    training travel treatment tree trees trial trip union vice-chancellor village vote walk walked wall war
    water weather west win wind winter wins woman women won workers world young
""")
"""What many stories of a university and its town have in common."""
