"""Everyday English words by kind: who asks what to pay should be found by somebody who wrote what it costs.

Words are of one kind where a question mostly stays the same question with one in the place of the other: near
synonyms, spellings from both sides of the Atlantic, the past of irregular verbs, which no stemmer finds, and things
that are named by the dozen, such as weekdays. What only one subject calls the same, a knowledge base says itself.
"""

from __future__ import annotations

from functools import cache
from itertools import chain

from bot.text import stem

_LISTED = """
be am is are was were been|have has had|do does did done|go goes went gone|come came arrive reach land
leave left depart departure exit|get got gotten obtain receive acquire|give gave given grant provide supply offer
take took taken grab seize|bring brought fetch carry deliver delivery courier|send sent ship dispatch forward transmit
put set lay lain|keep kept retain maintain hold held
make made create creation build built produce construct assemble form|use utilise utilize employ usage|try attempt
find found locate discover|look search seek sought hunt browse lookup|see saw seen watch view observe notice sight
show shown display exhibit reveal demonstrate present|hear heard listen audible
say said tell told state mention inform|speak spoke spoken talk chat converse discuss
ask enquire inquire query question enquiry inquiry|answer reply respond response
explain explanation describe description clarify elaborate outline|define definition meaning meant signify
call phone ring rang dial telephone|write wrote written compose draft|read recite|post mail|email inbox
message text sms dm whatsapp|know knew known aware understand understood|learn learnt study train
teach taught educate instruct|think thought believe belief reckon suppose guess
remember recall recollect reminder memory|forget forgot forgotten|want wish desire need crave
like love adore enjoy fond|hate dislike loathe detest|prefer favourite favorite favour
choose chose chosen choice pick select option|decide decision determine resolve
plan arrange organise organize schedule|allow permit permission let authorise authorize may
forbid forbidden ban prohibit disallow bar|must required mandatory compulsory obliged necessary
help assist aid support|begin began begun start commence launch initiate|end finish complete conclude terminate
stop cease halt quit|continue proceed resume|cancel revoke void annul|pause suspend freeze frozen
delay late overdue postpone defer|repeat again redo another replay|change alter modify amend adjust edit
update upgrade refresh renew|switch swap exchange replace substitute|convert transform turn
increase raise rise rose grow grew higher up boost
decrease reduce reduction lower drop fall fell fallen down cut lessen|add append include insert attach
remove delete erase clear eliminate wipe|fix repair mend restore|break broke broken damage crack smashed bust
fail failure unsuccessful|work function operate running ran|open unlock|close shut lock|connect link join
separate split divide apart|wait await|move shift relocate transfer|push press|pull drag|lift hoist
throw threw thrown toss|catch caught|chop slice|hit strike struck beat|sit sat seat chair|stand stood|walk stroll hike
jog sprint race|sleep slept nap bed rest|wake woke awake alarm
wear wore worn clothes dress outfit shirt trousers pants jeans skirt jacket coat|shoe boot trainer sneaker sandal sock
wash clean tidy scrub dust|buy bought purchase|sell sold sale vend|pay paid payment|spend spent expenditure outlay
cost price charge fee fare rate expense toll|cheap inexpensive affordable bargain discount|free complimentary gratis
money cash funds finance financial|currency dollar pound euro yen rupee franc peso sterling
coin note bill banknote penny cent|card visa mastercard|account profile|withdraw withdrew withdrawn
borrow loan lend lent mortgage|owe debt due|refund reimburse repay rebate|earn income salary wage payslip
tax vat duty levy|invest stock bond|insurance cover|rent rental lease hire tenancy|invoice receipt statement
tip gratuity|donate charity|reward prize award bonus point|remit wire|steal stole stolen theft thief rob burglar
fraud scam con swindle|lose lost loss missing mislaid misplaced|check verify verification confirm validate prove proof
identify identification identity id passport licence license|password passcode pin login credentials
safe safety secure protect|danger risk risky hazard unsafe threat|order request|parcel package|book reserve
apply application|accept approve agree consent|refuse reject decline deny|complain complaint grievance
report notify notification alert|publish publication broadcast share|suggest recommend advise advice
compare comparison difference versus contrast|count number total sum amount quantity
calculate compute plus minus multiply subtract|measure size dimension|limit maximum max most cap restriction
least minimum min|big large huge enormous great|small little tiny|long length tall high height|wide width broad
heavy weight weigh|fast quick speed rapid swift|slow slowly|early soon sooner
immediately instantly straightaway urgent|new recent latest fresh newest|old former previous prior past ancient
last final|next following upcoming future|good fine nice excellent wonderful|bad poor awful terrible dreadful
best top finest|right correct accurate proper true|wrong incorrect false inaccurate mistake error
problem issue trouble difficulty fault|easy simple straightforward|hard difficult tough|same alike similar equal
other alternative|full whole entire all|empty blank|many much lots several|few less fewer
extra more additional further|twice double duplicate|always constantly every each|often frequently usually regularly
sometimes occasionally|hot warm heat|cold cool chilly|temperature degree thermostat fahrenheit celsius
weather forecast rain rainy snow sunny sunshine storm cloud cloudy wind windy fog humid|umbrella raincoat
sun moon star sky planet|sea ocean lake river beach coast|mountain hill valley forest wood
tree plant flower grass garden|dog cat pet puppy kitten|animal horse cow pig sheep bird fish lion tiger bear
light lamp bulb bright|dark dim|colour color red blue green yellow pink purple orange brown grey white black
loud noise noisy volume sound|quiet silent silence mute|time clock hour minute second|now currently
monday tuesday wednesday thursday friday saturday sunday weekday
january february march april june july august september october november december month
spring summer autumn winter season|morning afternoon evening night noon midnight|date day deadline
calendar diary agenda appointment|meeting conference seminar|holiday vacation|christmas easter thanksgiving ramadan
daily weekly yearly annual|decade century|one two three four five six seven eight nine ten eleven twelve
twenty thirty forty fifty hundred thousand million billion|third fourth fifth sixth
half quarter percent percentage fraction|metre meter kilometre mile inch yard|gram kilo ounce litre gallon cup spoon
person people someone somebody anyone anybody human|man guy male gentleman|woman lady female|child kid baby toddler
son daughter|mother mum mom mummy|father dad daddy|brother sister sibling|husband wife spouse partner
grandmother grandfather grandma grandpa|aunt uncle cousin nephew niece|family relative|friend mate pal buddy
colleague coworker workmate|boss manager supervisor|employee staff worker|customer client user|company firm business
job career occupation profession|office workplace|team group|school college university academy
teacher lecturer professor tutor|exam test quiz|doctor physician nurse dentist gp|hospital clinic surgery
ill sick unwell disease fever cough flu|pain hurt ache sore|medicine drug pill tablet|vaccine jab
healthy health fitness|exercise gym workout|head face eye ear nose mouth|arm leg knee hand foot|blood heart
food meal dish eat ate|breakfast lunch dinner supper brunch|cook recipe bake fry roast boil|ingredient contain
bread rice pasta potato noodle|meat beef pork chicken lamb ham turkey|pizza burger sandwich taco
fruit apple banana grape strawberry lemon|vegetable tomato onion carrot cabbage|cake biscuit cookie chocolate dessert
milk cheese butter cream egg|salt pepper spice sauce|calorie fat protein carb sugar nutrition|drink drank beverage
coffee tea espresso latte|water juice soda|beer wine alcohol|restaurant cafe diner bistro|takeaway takeout
shop store supermarket market|item thing object|house home flat|room kitchen bedroom bathroom lounge|door gate window
wall floor roof ceiling|table desk|furniture sofa couch|vacuum hoover|electricity power gas|plug socket outlet
machine device appliance equipment|laptop pc|mobile cell smartphone iphone android
internet online web website wifi network|app software|screen monitor|printer print
camera photo photograph picture image|video film clip|movie cinema|television tv telly
series programme program episode|radio station|music song tune|album playlist|band singer musician artist
rock jazz pop classical rap|piano guitar violin drum|newspaper magazine|news headline|journalist editor|story article
joke funny humour humor laugh|game play|chess puzzle|football soccer tennis cricket basketball rugby golf hockey
win won winner victory|facebook twitter instagram tiktok linkedin youtube|social media|blog page|comment remark
car vehicle automobile|van truck lorry|bike bicycle cycle|tyre tire wheel|petrol fuel gasoline diesel
drive drove driver|road street motorway highway|traffic congestion jam|direction route way navigate|bus coach
railway rail|tram tube subway metro underground|taxi cab uber|plane flight fly airline flew|boat ferry
luggage baggage suitcase bag|hotel hostel motel|travel journey tour visit|abroad overseas international foreign
border immigration|country nation|city town village
england britain uk germany spain italy ireland scotland america usa canada mexico brazil china japan india russia
london paris berlin rome madrid york chicago boston washington tokyo sydney dublin|europe africa asia
english french german spanish italian chinese japanese russian arabic portuguese|translate interpret
place area spot whereabouts|near nearby nearest local|far distance|inside indoors|outside outdoors
north south east west|address postcode|age birthday born|law legal lawyer court|rule policy regulation guideline
police crime|private confidential privacy|war army soldier|government minister president|vote election politics
religion church god|happy glad pleased cheerful|sad unhappy upset miserable|angry annoyed furious cross
afraid scared worried anxious|strange odd weird|beautiful pretty|rude offensive abusive insult|bully harass
thanks grateful appreciate|sorry apologise apologize|hello hi hey|bye goodbye|yes yeah yep sure ok okay|no nope
perhaps maybe possibly|reason cause why|kind type sort|example instance|fact info detail|status progress|truth lie
word spelling|robot bot|feel felt emotion mood|sing sang sung|swim swam swum|ride rode ridden|bite bit bitten
blow blew blown|drew drawn sketch|feed fed|fight fought|hang hung|hide hid hidden conceal|lead led leader
shake shook shaken|shine shone|shoot shot|swear swore sworn|tear tore torn|weep wept cry|bend bent|bind bound
breed bred|deal dealt|dig dug|kneel knelt|leap leapt jump|sink sank sunk|smell smelt|spill spilt|stick stuck adhere
sweep swept|swing swung|become became|happen occur occurrence|seem appear|belong possess own owner ownership
consist comprise|collect gather|fill refill|mix blend stir|mark sign label|hurry rush haste|chase pursue|escape flee
attack assault|defend defence|kill murder|die dead death|live life alive|marry marriage wedding
birth pregnant pregnancy|visitor guest|welcome greet|introduce introduction|celebrate party|smile grin|kiss hug
argue argument quarrel dispute|promise vow guarantee|warn caution|blame accuse|forgive pardon|praise compliment
criticise criticize|oppose against|trust rely|doubt unsure uncertain|hope expect|pleasure fun|able ability capable
impossible unable|probable chance|real genuine authentic actual|fake counterfeit forged
normal ordinary typical standard|special particular specific|common widespread|rare unusual uncommon
important significant major vital crucial|ready prepared|popular famous|modern contemporary|strong strength
weak feeble|thick thin|deep shallow|smooth rough|soft tender|sharp blunt|dry wet damp|dirty filthy mess|rich wealthy
young youth|clever smart intelligent|stupid silly foolish|cruel nasty|brave courage|lazy idle|honest sincere
guilty guilt innocent|independent alone lonely|amazing fantastic brilliant awesome|side edge|front behind
middle centre center|corner angle|line queue|circle round|square triangle|part piece section portion|pair couple
row column|step stage phase|level grade|rank position|method process procedure|project task assignment
goal aim purpose target|result outcome consequence effect|benefit advantage perk|disadvantage drawback
success succeed achieve|effort energy|experience skill|qualification qualify|course class lesson|subject topic theme
science scientific research|maths mathematics arithmetic algebra|art sculpture museum gallery|theatre drama concert
culture tradition|document file paper|folder directory|copy reproduce|sentence paragraph|pen pencil|envelope stamp
bottle jar tin|sack purse wallet|basket trolley|mug glass|plate bowl|knife fork|pan pot oven stove microwave
fridge freezer refrigerator|dishwasher washer|towel soap shampoo|toilet lavatory loo wc|shower bath|mirror comb
curtain blind carpet rug|blanket pillow sheet|necklace jewellery jewelry|hat scarf glove|cotton wool leather
gold silver metal iron steel|plastic rubber|stone brick|sand soil mud|fire flame smoke burn|ice frost|air oxygen
earth world globe|island desert|farm field|bridge tunnel|mosque temple|castle palace|shopkeeper baker butcher
farmer engineer builder plumber electrician|actor actress director|writer poet|judge barrister solicitor
king queen prince princess|neighbour neighbor|infant newborn|teenager adult|crowd audience
club society member membership|union association|committee board|enemy rival|victim witness|accident crash collision
emergency ambulance|injury wound injured|headache migraine|allergy allergic|cancer diabetes asthma|tooth teeth dental
skin hair|shoulder neck chest|bone muscle|brain mind mental|therapy treatment cure treat|diet slim|vegetarian vegan
hungry hunger|thirsty thirst|taste flavour flavor delicious tasty|sweet bitter sour|rotten stale|raw ripe
cashier till checkout|profit gain|wealth fortune asset|economy economic|trade commerce|factory industry
advert advertisement commercial|product merchandise|trial sample|pavement crosswalk|motor brake|helmet belt
pilot captain crew|passenger commuter|harbour harbor port dock|tourist sightseeing|camp tent|league tournament match
ball bat racket|toy doll|hobby pastime|cartoon comic|microphone speaker headphone|keyboard mouse
virus malware hacker hack|download upload|install uninstall|username nickname|battery charger|signal reception
will would shall|should ought|student pupil undergraduate|can could|today tonight
"""
KINDS = tuple(tuple(words.split()) for words in _LISTED.strip().replace("\n", "|").split("|"))
"""The words of each kind; no word is of two, nor is one of its forms."""
EVERYDAY = frozenset(chain.from_iterable(KINDS))


def kind(word: str) -> str:
    """What stands for a word and all of its kind: the stem of the first of them, or its own where it is of none."""
    own = stem(word)
    return _heads().get(own, own)


@cache
def _heads() -> dict[str, str]:
    return {stem(word): stem(words[0]) for words in KINDS for word in words}
