"""Similarity of enquiries: which of them are about the same subject. Pure.

Words that occur in any enquiry are ignored. Two enquiries belong together if they share enough of the words that are
left. How much is enough depends on who asks: enquiries of one journalist are more likely to belong together than those
of different outlets.

Of an enquiry, a bounded number of words is compared, and the words of each are kept in memory. So a new enquiry is
compared with a hundred others in a few hundredths of a second, whatever people wrote.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal, NamedTuple

from rapidfuzz import fuzz

from bot.domain.case import Case, Details, LinkKind
from bot.text import abridged, stem, words

_SIMILAR = 87  # rapidfuzz ratio, 0 to 100, from which two words count as spellings of one word or name
_SHORTEST_TYPO = 5  # characters; in a shorter word one wrong letter often gives another word
_AFFIX = 3  # characters at the beginning or the end that two spellings of one word have in common
_MOST_SPELLINGS = 400  # pairs of words of two enquiries that are compared letter by letter
_MOST_WORDS = 200  # words of an enquiry that are compared
_LONGEST_WORD = 40  # characters; a longer one is no word
_LONGEST_NAME = 200  # characters of an outlet, a journalist or a contact that are read
_MOST_MESSAGES = 10  # messages of a case that are read
_FEWEST_OF_MATTER = 2  # words without which nobody can say what an enquiry is about
_CommonSource = Literal["journalist", "outlet", "none"]
"""What the senders of two enquiries have in common."""


class _Threshold(NamedTuple):
    """How much two enquiries must share in order to belong together. Both conditions must hold."""

    share: float
    """Weight of the shared words as a part of the weight of all words of the shorter enquiry, 0 to 1."""
    weight: float
    """Weight of the shared words. One rare word weighs 1."""


_THRESHOLDS: Mapping[_CommonSource, _Threshold] = {
    "journalist": _Threshold(share=0.15, weight=0.35),  # the lowest: journalists usually come back to their own subject
    "outlet": _Threshold(share=0.15, weight=0.6),
    "none": _Threshold(share=0.25, weight=0.6),
}
_FREQUENT_WEIGHT = 0.4
"""Weight of a word that occurs in many stories (`_FREQUENT_WORDS`). A rare word has 1."""

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
"""Outlets with many stations or programmes. A name that begins with one of these means this outlet: BBC Radio 5."""
_KINDS_OF_PRESS = frozenset({"news", "newspaper", "magazine", "online", "website", "tv", "com"})
"""Words that do not tell outlets apart."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """The parts of a case that are compared. Every text may be empty."""

    id: int
    """Id of the case."""
    outlet: str
    journalist: str
    contact: str
    """The journalist's phone number or e-mail address."""
    text: str
    """All messages and details that tell the subject, one a line."""


def enquiry(case: Case) -> Enquiry:
    """Return the parts of a case that are compared."""
    return enquiry_of(case.details, *(asker.text for asker in case.askers), case_id=case.id)


def enquiry_of(details: Details, *messages: str, case_id: int = 0) -> Enquiry:
    """Return the parts of an enquiry that are compared. Without a case its id is 0."""
    texts = filter(None, (details.about, details.questions, *messages[:_MOST_MESSAGES]))
    outlet, journalist, contact = (
        name[:_LONGEST_NAME] for name in (details.outlet, details.journalist, details.contact)
    )
    return Enquiry(case_id, outlet, journalist, contact, "\n".join(map(abridged, texts)))


def related(new: Enquiry, others: Sequence[Enquiry], links: Mapping[int, Collection[int]]) -> dict[int, LinkKind]:
    """Return those of the others that belong with the new enquiry, as id -> kind of link.

    `links` are the links that exist among the others, as id -> linked ids. An enquiry that is linked to a related one
    is related too.
    """
    similar = _with_similar_subject(new, others)
    story = {*similar, *(linked for each in similar for linked in links.get(each, ()))}
    return {each.id: _kind(new, each) for each in others if each.id in story}


def tells_matter(each: Enquiry) -> bool:
    """Return whether the text says what the enquiry is about, in at least two words that are not common."""
    return len(_subject(each).words) >= _FEWEST_OF_MATTER


def _kind(one: Enquiry, other: Enquiry) -> LinkKind:
    return LinkKind.STORY if _common_source(one, other) == "none" else LinkKind.SAME


def _with_similar_subject(new: Enquiry, others: Sequence[Enquiry]) -> list[int]:
    """Return the ids of the enquiries that share enough words with the new one."""
    subject, subjects = _subject(new), [_subject(each) for each in others]
    counts = Counter(subject.words)
    for each in subjects:
        counts.update(each.words)
    weights = {word: _weight(word, count) for word, count in counts.items()}
    spellings = _by_affix(subject.long_words)
    found: list[int] = []
    for other, its_subject in zip(others, subjects, strict=True):
        share, weight = _overlap(subject, its_subject, weights, spellings)
        if weight and _is_enough(_common_source(new, other), share, weight):
            found.append(other.id)
    return found


def _is_enough(source: _CommonSource, share: float, weight: float) -> bool:
    least = _THRESHOLDS[source]
    return weight >= least.weight and share >= least.share


# ---- who asks -------------------------------------------------------------------------------------------------------


def same_outlet(one: str, other: str) -> bool:
    """Return whether two names mean one outlet: The Guardian and guardian.com, BBC and BBC Radio 5."""
    first, second = _normalised_outlet(one), _normalised_outlet(other)
    if not first or not second:
        return False
    if first == second or (min(len(first), len(second)) > _SHORTEST_TYPO and fuzz.ratio(first, second) >= _SIMILAR):
        return True
    return any(first.startswith(brand) and second.startswith(brand) for brand in _BRANDS)


def same_journalist(one: str, other: str) -> bool:
    """Return whether two names may mean one person. One may have an initial or a wrong letter; last names decide."""
    first, second = _name_words(one), _name_words(other)
    if not first or not second or not _is_same_name(first[-1], second[-1]):
        return False
    if len(first) == 1 or len(second) == 1:
        return True
    has_initial = min(len(first[0]), len(second[0])) == 1
    return _is_same_name(first[0], second[0]) or (has_initial and first[0][0] == second[0][0])


def _same_contact(one: str, other: str) -> bool:
    # The last nine digits are the same with and without a country code.
    digits = [re.sub(r"\D", "", contact)[-9:] for contact in (one, other)]
    if len(digits[0]) == len(digits[1]) == 9:
        return digits[0] == digits[1]
    return "@" in one and one.strip().casefold() == other.strip().casefold()


def _common_source(one: Enquiry, other: Enquiry) -> _CommonSource:
    if same_journalist(one.journalist, other.journalist) or _same_contact(one.contact, other.contact):
        return "journalist"
    if same_outlet(one.outlet, other.outlet):
        return "outlet"
    return "none"


@lru_cache(maxsize=1024)
def _name_words(name: str) -> tuple[str, ...]:
    return tuple(words(name))


@lru_cache(maxsize=1024)
def _normalised_outlet(name: str) -> str:
    """Return the name of an outlet in lower case, without domain endings, "the" and words such as "news"."""
    name = name.strip()
    if name == "THE":  # in capitals it is the abbreviation, not the article
        return "times higher education"
    lowered = name.casefold()
    if domain := _DOMAIN.match(lowered):
        lowered = domain[1].replace("-", " ")
    kept = [word for word in words(lowered) if word != "the"]
    bare = [word for word in kept if word not in _KINDS_OF_PRESS] or kept
    plain = " ".join(bare)
    return _ABBREVIATIONS.get(plain, plain)


def _is_same_name(one: str, other: str) -> bool:
    if one == other:
        return True
    return min(len(one), len(other)) >= _SHORTEST_TYPO - 1 and fuzz.ratio(one, other) >= _SIMILAR


# ---- the subject ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Subject:
    """The stems that tell the subject of an enquiry."""

    words: frozenset[str]
    long_words: tuple[str, ...]
    """Those in which a wrong letter is looked for, in the order of the text."""


def read_subjects(enquiries: Iterable[Enquiry]) -> None:
    """Read the words of enquiries, so that they are in memory when they are compared."""
    for each in enquiries:
        _subject(each)


def _subject(each: Enquiry) -> _Subject:
    return _subject_of(each.text, each.outlet, each.journalist)


@lru_cache(maxsize=512)
def _subject_of(text: str, outlet: str, journalist: str) -> _Subject:
    """Return the first uncommon stems of the text, without the names of outlet and journalist."""
    ignored = _COMMON_WORDS | {stem(word) for name in (outlet, journalist) for word in words(name)}
    candidates = (word for word in dict.fromkeys(words(text)) if 2 < len(word) <= _LONGEST_WORD)
    # To find a stem takes long, so a common word is left out before.
    stems = (stem(word) for word in candidates if word not in ignored)
    first = tuple(dict.fromkeys(islice((word for word in stems if word not in ignored), _MOST_WORDS)))
    return _Subject(frozenset(first), tuple(word for word in first if len(word) >= _SHORTEST_TYPO))


def _overlap(
    one: _Subject, other: _Subject, weights: Mapping[str, float], spellings: Mapping[str, Sequence[str]]
) -> tuple[float, float]:
    """Return the share and the weight of what both have, as in `_Threshold`. `spellings` are those of `one`."""
    exact = one.words & other.words
    shared = sum(weights[word] for word in exact | _misspelt(one, other, spellings))
    if not shared:
        return 0.0, 0.0
    return shared / min(sum(weights[word] for word in each.words) for each in (one, other)), shared


def _misspelt(one: _Subject, other: _Subject, spellings: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the words of `one` that `other` has with a typing error.

    Two spellings have their first or their last letters in common. Only such pairs are compared, and not very many.
    """
    pairs = (
        (known, word)
        for word in other.long_words
        if word not in one.words
        for known in (*spellings.get(word[:_AFFIX], ()), *spellings.get(f"-{word[-_AFFIX:]}", ()))
    )
    return {
        known
        for known, word in islice(pairs, _MOST_SPELLINGS)
        if known not in other.words and fuzz.ratio(known, word, score_cutoff=_SIMILAR)
    }


def _by_affix(long_words: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Return the words by their first letters and, with a hyphen before them, by their last letters."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word in long_words:
        found[word[:_AFFIX]].append(word)
        found[f"-{word[-_AFFIX:]}"].append(word)
    return found


def _weight(word: str, count: int) -> float:
    """Return the weight of a word that occurs in `count` enquiries."""
    # The weight falls slowly with `count`: the words that make a large story occur in all its enquiries.
    return float((_FREQUENT_WEIGHT if word in _FREQUENT_WORDS else 1) * count**-0.1)


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, text.split()))


_COMMON_WORDS = _stems("""
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
"""Words of any enquiry: frequent English words, words of the press, words of a university."""

_FREQUENT_WORDS = _stems("""
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
"""Words that occur in many different stories about a university and its town."""
